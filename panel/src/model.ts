// What both panels show. It holds what the server said last, and nothing of its own but what is typed.

import { Event } from '@jupyterlab/services';
import { VDomModel } from '@jupyterlab/ui-components';

import { GONE, ICourse, IFound, ILight, ILights, IPlace, IRefusal, IRoom, IStatus, ITask, Refused, request } from './api';
import { turned } from './words';

const CHANGED = 'urn:externalname-course:changed';
const OUTLIVES = 10_000; // characters: a browser sends no more than 64 KB after its page has gone
const AGAIN = 3000; // milliseconds between two looks at a set-up that goes on

export class Model extends VDomModel {
  course: ICourse | null = null;
  status: IStatus | null = null;
  /** Whether the cluster is being asked. */
  looking = false;
  room: IRoom | null = null;
  /** Why the room's board did not take what was said to it. */
  unheard: IRefusal | null = null;
  task: ITask | null = null;
  /** Why there is no course, no status, or no answer to the last verb. */
  trouble: IRefusal | null = null;
  unknown: IRefusal | null = null;
  refusal: IRefusal | null = null;
  /** The verb that is at work; '' when none is. */
  working = '';
  /** What the last verb said: read out by the live region. */
  said = '';
  /** The reference, once it was asked for. */
  solution = '';
  lights: ILights | null = null;
  /** Which light turned last: read out by a live region of its own. */
  turned = '';
  /** What is searched for, and where it is; null before the first answer. */
  words = '';
  found: IFound[] | null = null;
  /** Why the manifest was not kept when it was sent last. */
  private unkept: IRefusal | null = null;
  private again = 0;
  private asking = false;
  /** The lights as they were last: a lab that is begun afresh has none for a while. */
  private lit: ILight[] = [];

  async loadCourse(): Promise<void> {
    this.trouble = await outcome(async () => {
      this.course = await request<ICourse>('course');
    });
    this.stateChanged.emit();
  }

  /** What the facilitator says; outside of a workshop there is no room. */
  async loadRoom(): Promise<void> {
    const room = await request<IRoom>('room').catch(() => null);
    if (room) {
      this.room = room;
      this.stateChanged.emit();
    }
  }

  /** Ask for help, or for no more of it. */
  async call(help: boolean): Promise<void> {
    this.unheard = await outcome(async () => {
      this.room = await request<IRoom>('room', { help }, 'PUT');
    });
    this.stateChanged.emit();
  }

  async loadStatus(): Promise<void> {
    window.clearTimeout(this.again);
    this.looking = true;
    this.stateChanged.emit();
    this.unknown = await outcome(async () => {
      this.status = await request<IStatus>('status');
      if (this.status.setting_up) {
        this.again = window.setTimeout(() => void this.loadStatus(), AGAIN);
      }
    });
    this.looking = false;
    this.stateChanged.emit();
  }

  /** Show a task, unless it is the one that is shown. */
  async open(slug: string): Promise<void> {
    if (this.task?.slug === slug) {
      return;
    }
    this.refusal = await outcome(async () => {
      this.task = await request<ITask>(`tasks/${slug}`);
      this.solution = '';
      this.said = this.working ? this.said : '';
      this.darken();
    });
    this.stateChanged.emit();
  }

  /** Show a task, and keep that it is the one at hand: for a reload, and for a second tab. */
  async choose(slug: string): Promise<void> {
    await this.open(slug);
    if (this.task?.slug === slug && this.course && this.course.task !== slug) {
      this.course.task = slug;
      request('task', { task: slug }, 'PUT').catch(() => undefined);
    }
  }

  /** The task that was at hand last, where none is open yet. */
  async reopen(): Promise<void> {
    if (this.course?.task && !this.task) {
      await this.open(this.course.task);
    }
  }

  /** Ask for the lights of the task that is shown; called again and again for as long as it is. Nobody waits for it. */
  async loadLights(): Promise<void> {
    const task = this.task;
    if (!task || this.asking || this.working || task.hands_in || (task.kind === 'lab' && !task.running)) {
      return;
    }
    this.asking = true;
    const now = await request<ILights>(`lights/${task.slug}`).catch(() => null);
    this.asking = false;
    if (now && this.task?.slug === task.slug && JSON.stringify(now) !== JSON.stringify(this.lights)) {
      this.turned = now.trouble ? '' : turned(this.lit, now.checks) || this.turned;
      this.lit = now.trouble ? this.lit : now.checks;
      this.lights = now;
      this.stateChanged.emit();
    }
  }

  /** Search the whole course; an answer to earlier words is thrown away. */
  async search(words: string): Promise<void> {
    this.words = words;
    this.found = words.trim() ? this.found : null;
    this.stateChanged.emit();
    if (!words.trim()) {
      return;
    }
    const found = await request<IFound[]>(`search?words=${encodeURIComponent(words)}`).catch(() => null);
    if (this.words === words) {
      this.found = found;
      this.stateChanged.emit();
    }
  }

  /** The same task as it is now: one that was ended elsewhere has no lights, and what was said of it no longer holds. */
  private follow(now: ITask): void {
    if (this.task?.running && !now.running) {
      this.said = '';
      this.darken();
    }
    this.task = now;
  }

  private darken(): void {
    this.lights = null;
    this.lit = [];
    this.turned = '';
  }

  /** Have words read out; while a verb is at work, what is said is what it does. */
  tell(words: string): void {
    this.said = this.working ? this.said : words;
    this.stateChanged.emit();
  }

  /** Do a verb with the task that is shown; while one is at work, nothing else begins. */
  async perform(verb: string, words: string, body: object = {}): Promise<void> {
    const task = this.task;
    if (!task || this.working) {
      return;
    }
    this.working = verb;
    this.said = words;
    this.refusal = null;
    this.stateChanged.emit();
    this.refusal = await outcome(async () => {
      this.take(verb, await request<ITask>(`tasks/${task.slug}/${verb}`, body));
    });
    this.working = '';
    this.said = this.refusal ? '' : this.said;
    this.stateChanged.emit();
  }

  /** What a verb brought. */
  private take(verb: string, done: ITask): void {
    const said = verb === 'solution' ? 'The solution is below.' : done.said ?? '';
    if (this.task?.slug !== done.slug) {
      this.said = `${done.slug}: ${said}`; // another one was opened meanwhile
      return;
    }
    this.task = done;
    this.said = said;
    if (verb === 'solution' || verb === 'start') {
      this.solution = verb === 'solution' ? done.said ?? '' : '';
    }
    if (verb === 'start') {
      this.darken();
    }
  }

  /** Keep what is typed for a lab; whether it was taken. Why not is said until it is. */
  async keepManifest(slug: string, manifest: string): Promise<boolean> {
    const refusal = await outcome(async () => {
      await request(`tasks/${slug}/manifest`, { manifest }, 'POST', manifest.length < OUTLIVES);
    });
    if (!refusal && this.task?.slug === slug) {
      this.task.manifest = manifest;
    }
    if (refusal || this.refusal === this.unkept) {
      this.refusal = refusal;
    }
    this.unkept = refusal;
    this.stateChanged.emit();
    return !refusal;
  }

  /** Keep where the learner is; nobody waits for it. */
  keepPlace(place: IPlace): void {
    if (this.course) {
      this.course.place = place;
      this.course.begun = true;
      this.course.lessons.filter(one => one.notebook === place.notebook).forEach(one => (one.cell = place.cell));
      this.stateChanged.emit();
    }
    request('place', place, 'PUT').catch(() => undefined);
  }

  /** The tour was taken or declined: it is not offered again. */
  toured(): void {
    if (this.course && !this.course.toured) {
      this.course.toured = true;
      this.stateChanged.emit();
      request('tour', {}, 'PUT').catch(() => undefined);
    }
  }

  /** Something changed, in this browser or in another program: ask again. */
  async heard(event: Event.Emission): Promise<void> {
    if (event.schema_id !== CHANGED) {
      return;
    }
    if (event.what === 'set-up') {
      await this.loadStatus();
    } else if (event.what === 'room') {
      await this.loadRoom();
    } else if (event.what === 'progress') {
      await this.loadCourse();
      await this.refresh();
    } else if (this.working) {
      this.said = String(event.words);
      this.stateChanged.emit();
    }
  }

  /** The task that is shown, asked for again; what the last verb was refused for stays to be read. */
  private async refresh(): Promise<void> {
    const slug = this.task?.slug;
    if (!slug || this.working) {
      return;
    }
    const refusal = await outcome(async () => {
      const now = await request<ITask>(`tasks/${slug}`);
      if (this.task?.slug === slug && !this.working) {
        this.follow(now);
      }
    });
    if (refusal || this.refusal?.what === GONE.what) {
      this.refusal = refusal;
    }
    this.stateChanged.emit();
  }
}

/** Why some work was not done; null where it was. */
export async function outcome(work: () => Promise<void>): Promise<IRefusal | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Refused ? error.refusal : { what: String(error), why: '', next: '' };
  }
}
