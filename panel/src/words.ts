// What is said and read as text: no server, no component, nothing of JupyterLab.

import { ICheck, ICourse, IFollowing, ILesson, ILight, ILights, IRoute, IStatus, IStep, ITask } from './api';

export const LESSON: Record<ILesson['state'], string> = { open: 'not begun', begun: 'in progress', done: 'done' };
export const STEP: Record<IStep['state'], string> = { waiting: '○', running: '◐', done: '●', failed: '✗' };
const MARKS: Record<string, string> = { done: '●', passed: '●', 'in progress': '◐', started: '◐', 'solution shown': '◐' };
const AT_WORK = 'One thing at a time.';

/** The sign of a state; it is said in words, too. */
export function mark(state: string): string {
  return MARKS[state] ?? '○';
}

/** A lesson as lists have it: 02 Your first ExternalName Service. */
export function numbered(lesson: { number: number; title: string }): string {
  return `${String(lesson.number).padStart(2, '0')} ${lesson.title}`;
}

/** How long something takes. */
export function lasting(minutes: number): string {
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} hours`;
}

/** How far the exercises of a lesson are. */
export function exercises(tasks: { state: string }[]): string {
  const done = tasks.filter(({ state }) => state === 'passed').length;
  return `${tasks.length} ${tasks.length === 1 ? 'exercise' : 'exercises'}, ${done} passed`;
}

/** The way that is shown: what was picked in the panel, else the path that was chosen, else all of it. */
export function shownWay(course: ICourse, picked: string): IRoute {
  return course.routes.find(route => route.slug === (picked || course.path || 'all-of-it')) ?? course.routes[0];
}

export function following(next: IFollowing): string {
  return `Next: ${next.kind}, ${next.title}`;
}

/** How the cluster is. */
export function standing(status: IStatus): string {
  if (status.setting_up) {
    const at = status.steps.findIndex(step => step.state === 'running');
    const where = at < 0 ? '' : `: step ${at + 1} of ${status.steps.length}, ${status.steps[at].title}`;
    return `${status.cluster} is being set up${where}.`;
  }
  if (status.ready) {
    return `${status.cluster} is ready.`;
  }
  return `${status.cluster} is not ready. Node: ${status.node}. API: ${status.api}. Next: course up, in a terminal.`;
}

/** Whether the steps say how it is now: those of a set-up that ended well say nothing of a cluster that is gone. */
export function underWay(status: IStatus): boolean {
  return status.setting_up || status.steps.some(step => step.state !== 'done');
}

/** A moment as a clock on the wall shows it. */
export function wallClock(moment: string): string {
  return new Date(moment).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** The time of day as the lines of `course ask --watch` have it. */
export function dayTime(now = new Date()): string {
  return now.toTimeString().slice(0, 8);
}

/** When something was asked: a time of another day has its date. */
export function when(moment: string, now = new Date()): string {
  const then = new Date(moment);
  return then.toDateString() === now.toDateString() ? then.toLocaleTimeString() : then.toLocaleString();
}

/** How many places a search found. */
export function places(count: number): string {
  return count ? `${count} ${count === 1 ? 'place' : 'places'}, the best first.` : 'Nowhere. All words must stand in one place: try fewer.';
}

/** How many lights are green; why there are none. */
export function counted(lights: ILights): string {
  if (!lights.asked) {
    return lights.paused ? 'Lights: not asked yet, something of yours is at work.' : 'Lights: the cluster is being asked.';
  }
  const green = lights.checks.filter(check => check.passed).length;
  return lights.trouble ? `No lights: ${lights.trouble}` : `Lights: ${green} of ${lights.checks.length} are green.`;
}

/** What turned between two looks; '' where nothing did. */
export function turned(before: ILight[], now: ILight[]): string {
  const was = new Map(before.map(check => [check.name, check.passed]));
  const found = now.filter(check => was.has(check.name) && was.get(check.name) !== check.passed);
  if (found.length > 1 && new Set(found.map(check => check.passed)).size === 1 && found.length === now.length) {
    return `All turned ${found[0].passed ? 'green' : 'red'}.`;
  }
  return found.map(check => `${check.name} turned ${check.passed ? 'green' : 'red'}.`).join(' ');
}

export function verdict(report: { passed: boolean; checks: ICheck[] }): string {
  const good = report.checks.filter(check => check.passed).length;
  return `${report.passed ? 'Passed' : 'Not passed yet'}: ${good} of ${report.checks.length} checks pass`;
}

export interface IVerb {
  /** Why it cannot be pressed; '' where it can. */
  off: string;
  primary: boolean;
}

/**
 * Which verbs of a task can be pressed now, and which is the one to press; of one that is passed, that is what comes next.
 * held: whether a facilitator holds solutions back.
 */
export function verbs(task: ITask, busy: boolean, held = false): Record<'start' | 'check' | 'hint' | 'solution' | 'apply', IVerb> {
  const early = task.kind === 'lab' && !task.running ? 'Begin first.' : '';
  const at = busy ? AT_WORK : '';
  const handed = task.hands_in ? 'This one is handed in: run its check in the notebook.' : '';
  return {
    start: { off: at, primary: Boolean(early) },
    check: { off: handed || at || early, primary: !early && !task.explanation },
    hint: { off: at || (task.hints_left ? '' : 'All hints are read.'), primary: false },
    solution: { off: at || early || (held ? 'Your facilitator holds the solutions back.' : ''), primary: false },
    apply: { off: at || (task.running ? '' : 'Begin first.'), primary: false }
  };
}

/** A fresh try: what its button says, and what is asked before it; '' where there is nothing to lose. */
export function beginning(task: ITask): { label: string; ask: string } {
  const exercise = task.kind === 'exercise'; // it needs no beginning, so there may be work of one that was never begun
  const again = task.running || (exercise && Boolean(task.checked));
  const lost = task.sets_up ? 'What you changed in the cluster for it is removed.' : 'The cluster stays as it is. Hints and time begin anew.';
  return { label: again ? 'Begin afresh' : 'Begin', ask: again || (exercise && task.sets_up) ? `${lost} Your progress stays.` : '' };
}

/** The task of a place: a lab all over its own notebook, an exercise at its cells. */
export function taskAt(course: ICourse, notebook: string, cell: string): string | undefined {
  const lesson = course.lessons.find(one => one.notebook === notebook);
  const lab = course.labs.find(one => one.notebook === notebook);
  return lab?.slug ?? exerciseAt(lesson?.exercises ?? [], cell)?.slug;
}

/** How to get a notebook back that was deleted; '' where it is none of the course's. */
export function freshCopy(course: ICourse, notebook: string): string {
  const known = [...course.lessons, ...course.labs].find(one => one.notebook === notebook);
  return known ? `course notebook reset ${known.slug}` : '';
}

/** The exercise that a cell belongs to: its text, its beginning, the cell itself, or its check. */
export function exerciseAt<T extends { slug: string }>(exercises: T[], cell: string): T | undefined {
  return exercises.find(one => [one.slug, ...['text', 'start', 'check'].map(part => `${one.slug}-${part}`)].includes(cell));
}

/** The id of the cell that the end of an address names; '' where it names none. */
export function cellOf(fragment: string): string {
  return decoded(fragment).split('#cell-id=')[1] ?? '';
}

/** A heading may have a % that is one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The commands of a block, the last one first, because each is put right behind the block. */
export function commandsOf(block: string): string[] {
  return block.split('\n').map(line => line.trim()).filter(line => /^(kubectl|course|dig) /.test(line)).reverse();
}

/** A word for a shell: what is typed is the learner's, and may hold anything. */
export function quoted(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Whether a cell begins a lesson. */
export function begins(source: string): boolean {
  return /^lesson\.begin\(/m.test(source);
}

/** A picture in the colours of the theme: as an image it does not see the page's, and would stay as light as paper. */
export function themed(svg: string, colour: (name: string) => string): string {
  return svg.replace(/var\((--[\w-]+),([^()]*)\)/g, (_, name, without) => {
    const found = colour(name).trim();
    return /^[\w#%.,() -]+$/.test(found) ? found : without;
  });
}
