// The course in JupyterLab: two panels, the commands of the palette, and the way home.

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, MainAreaWidget, Notification, showDialog, WidgetTracker } from '@jupyterlab/apputils';
import { Cell, ICodeCellModel } from '@jupyterlab/cells';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker, Notebook, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ServerConnection, Terminal } from '@jupyterlab/services';
import { ITerminal } from '@jupyterlab/terminal';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CoursePanel, openNext } from './course';
import { Asking, Drawn, LiveView, TimelineView, Watched } from './live';
import { Model } from './model';
import { TaskPanel } from './task';
import { Tour } from './tour';
import { beginning, begins, cellOf, freshCopy, taskAt, verbs } from './words';

const SEEN = 30_000; // milliseconds that a message lies over what is below it
const NARROW = 900; // pixels of a window
const ONWARD = 'onward'; // the id of a notebook's last cell, which says what comes next
const LONGEST = 20000; // milliseconds until a notebook is shown; of one that cannot be read nobody is told
const SETTLED = 1000; // milliseconds in one cell until it is where the learner is

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'externalname-course:panel',
  autoStart: true,
  requires: [ILabShell, IDocumentManager, INotebookTracker, IRenderMimeRegistry, IEditorServices],
  optional: [ICommandPalette, ILayoutRestorer],
  activate
};

function activate(
  app: JupyterFrontEnd,
  shell: ILabShell,
  documents: IDocumentManager,
  notebooks: INotebookTracker,
  rendermime: IRenderMimeRegistry,
  editors: IEditorServices,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null
): void {
  const model = new Model();
  const openPlace = (notebook: string, cell = '') => void goTo(documents, model, notebook, cell);
  const openTask = (slug: string) =>
    void model.choose(slug).then(() => {
      if (window.innerWidth < NARROW) {
        shell.collapseLeft(); // beside both panels there would be no room for a notebook
      }
      shell.activateById(task.id);
    });
  const run = terminal(app, shell);
  const dock = docked(app, shell, restorer);
  const watchName = dock('live', kept => new LiveView(new Watched(kept), run));
  const showTimeline = dock('timeline', () => new TimelineView(new Drawn()));
  const tour = () => {
    shell.activateById(task.id);
    shell.activateById(course.id);
    later(() => new Tour(() => model.toured())); // both panels take the focus when they are shown
  };
  const doors = { openPlace, openTask, watchName, showTimeline, tour };
  const begin = () => void beginTask(model);
  const solve = () => void solveTask(model);
  const course = new CoursePanel(model, doors);
  const task = new TaskPanel(model, { rendermime, editors, doors, begin, solve, run });
  shell.add(course, 'left', { rank: 1 });
  shell.add(task, 'right', { rank: 1 });
  restorer?.add(course, course.id);
  restorer?.add(task, task.id);

  const can = (verb: 'start' | 'check' | 'hint') => () => Boolean(model.task) && !verbs(model.task!, Boolean(model.working))[verb].off;
  const commands: Record<string, [string, () => void, (() => boolean)?]> = {
    'course:show': ['Show the course', () => shell.activateById(course.id)],
    'course:task': ['Show the task at hand', () => shell.activateById(task.id)],
    'course:continue': ['Continue where I was', () => model.course && openPlace(model.course.place.notebook, model.course.place.cell)],
    'course:begin': ['Begin the task at hand', begin, can('start')],
    'course:check': ['Check the task at hand', () => void model.perform('check', 'Asking the cluster'), can('check')],
    'course:hint': ['Next hint for the task at hand', () => void model.perform('hint', 'Hint'), can('hint')],
    'course:tour': ['Take the tour', tour],
    'course:live': ['Watch a name live', watchName],
    'course:timeline': ['Watch the timeline of lesson 05', showTimeline],
    'course:help': ['Ask the facilitator for help', () => call(shell, course, model), () => Boolean(model.room?.there)],
    'course:search': ['Search the course', () => search(shell, course)],
    'course:next': ['Go to what comes next', () => openNext(model.task!.following!, doors), () => Boolean(model.task?.following)]
  };
  for (const [command, [label, execute, isEnabled]] of Object.entries(commands)) {
    app.commands.addCommand(command, { label, isEnabled, execute: () => later(execute) });
    palette?.addItem({ command, category: 'Course' });
    model.stateChanged.connect(() => isEnabled && app.commands.notifyCommandChanged(command));
  }

  announce(model);
  mendLinks(app);
  NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
    if (begins(cell.model.sharedModel.getSource())) {
      forget(notebook, notebook.widgets.indexOf(cell) + 1);
    }
  });
  NotebookActions.selectionExecuted.connect((_, { notebook, lastCell }) => endHere(notebook, lastCell));
  const hash = window.location.hash; // read now: JupyterLab takes it from the address when it opens what that names
  app.serviceManager.events.stream.connect((_, event) => void model.heard(event));
  void Promise.all([model.loadCourse(), app.restored])
    .then(() => Promise.race([home(shell, documents, notebooks, model, course.id, hash), slept(LONGEST)]))
    .finally(() => {
      follow(notebooks, model); // before that, the cells that a restored notebook begins with would be kept
      void model.reopen();
    });
  void model.loadStatus();
  void model.loadRoom();
}

/** The last text of a lesson or a lab is its end: the empty cell goes that JupyterLab adds behind any last cell that is run. */
function endHere(notebook: Notebook, last: Cell): void {
  const index = notebook.widgets.length - 1;
  const added = notebook.widgets[index];
  if (last.model.id !== ONWARD || added === last || added.model.type !== 'code' || added.model.sharedModel.getSource()) {
    return;
  }
  notebook.model?.sharedModel.deleteCell(index);
  notebook.mode = 'command';
  notebook.activate(); // the focus was in the cell that has gone
}

/** After the palette has closed: it gives the focus back to the notebook, a frame later than the command ends. */
function later(work: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(work));
}

function slept(milliseconds: number): Promise<void> {
  return new Promise(awake => window.setTimeout(awake, milliseconds));
}

type Make = (kept: ReadonlyPartialJSONObject) => Asking;

/** For a view: what shows it beside what is open, and makes it where there is none. After a reload it is there again. */
function docked(app: JupyterFrontEnd, shell: ILabShell, restorer: ILayoutRestorer | null): (name: string, make: Make) => () => void {
  return (name, make) => {
    const tracker = new WidgetTracker<Asking>({ namespace: `externalname-course-${name}` });
    const command = `course:again-${name}`; // JupyterLab's restorer makes a widget anew by a command
    const open = (kept: ReadonlyPartialJSONObject = {}) => {
      const own = make(kept);
      own.turned.connect(() => void tracker.save(own));
      void tracker.add(own);
      shell.add(own, 'main', { mode: 'split-bottom', ref: shell.currentWidget?.id });
      return own;
    };
    app.commands.addCommand(command, { execute: kept => void open(kept) });
    void restorer?.restore(tracker, { command, name: () => name, args: own => own.kept });
    return () => shell.activateById((tracker.find(() => true) ?? open()).id);
  };
}

/** The panel with the focus in its field for search. */
function search(shell: ILabShell, course: CoursePanel): void {
  course.first = 'input[type=search]';
  shell.activateById(course.id);
}

/** Show a new message of the facilitator's over all that is open: the panel, which keeps it, may be out of sight. */
function announce(model: Model): void {
  let before = '';
  model.stateChanged.connect(() => {
    const message = model.room?.message ?? '';
    if (message && message !== before) {
      Notification.info(`Your facilitator says: ${message}`, { autoClose: SEEN });
    }
    before = message;
  });
}

/** Ask for help, with the panel that says so in sight. At a desk of one's own there is nobody to ask. */
function call(shell: ILabShell, course: CoursePanel, model: Model): void {
  if (model.room?.there) {
    shell.activateById(course.id);
    void model.call(true);
  }
}

/** A fresh try; asked before, where there is something to lose. */
async function beginTask(model: Model): Promise<void> {
  const task = model.task;
  if (!task || model.working) {
    return;
  }
  const { label, ask } = beginning(task);
  if (!ask || (await agreed(`${label.replace('Begin', `Begin ${task.slug}`)}?`, ask, label))) {
    await model.perform('start', `Preparing ${task.slug}`);
  }
}

/** The reference; asked before, because from then on this try counts as shown. */
async function solveTask(model: Model): Promise<void> {
  const task = model.task;
  if (!task || model.working) {
    return;
  }
  const lab = task.kind === 'lab';
  const why = `${lab ? 'It is applied to the cluster, and checked. ' : ''}This try then counts as shown.`;
  if ((await agreed(`Show the solution of ${task.slug}?`, why, 'Show it'))) {
    await model.perform('solution', lab ? 'Applying the solution' : 'Looking it up');
  }
}

async function agreed(title: string, body: string, label: string): Promise<boolean> {
  const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label })];
  const { button } = await showDialog({ title, body, buttons, defaultButton: 0 });
  return button.accept;
}

/** Open a notebook, wait until it is shown, and go to one of its cells by the id. */
async function goTo(documents: IDocumentManager, model: Model, notebook: string, cell: string): Promise<void> {
  const fresh = model.course ? freshCopy(model.course, notebook) : '';
  if (fresh && (await isGone(documents, notebook))) {
    await showDialog({ title: `${notebook} is not there.`, body: `It was deleted or renamed. A fresh copy: ${fresh}, in a terminal.`, buttons: [Dialog.okButton()] });
    return;
  }
  if (notebook.endsWith('.md')) {
    await read(documents, notebook, cell);
    return;
  }
  const widget = documents.openOrReveal(notebook);
  if (widget) {
    await showCellOf(widget as NotebookPanel, cell);
  }
}

/** Whether there is no such file. A server that does not answer says nothing about files. */
async function isGone(documents: IDocumentManager, path: string): Promise<boolean> {
  const answer = documents.services.contents.get(path, { content: false });
  return answer.then(() => false, error => error instanceof ServerConnection.ResponseError && error.response.status === 404);
}

/** A document as it is read, not as it is written, at one of its headings. */
async function read(documents: IDocumentManager, path: string, anchor: string): Promise<void> {
  const widget = documents.openOrReveal(path, 'Markdown Preview');
  await widget?.revealed;
  if (anchor) {
    widget?.setFragment(`#${anchor}`);
  }
}

/** The notebook of this path, as soon as somebody has opened it. */
function opened(notebooks: INotebookTracker, path: string): Promise<NotebookPanel> {
  const found = notebooks.find(panel => panel.context.path === path);
  return found
    ? Promise.resolve(found)
    : new Promise(resolve => {
        notebooks.widgetAdded.connect((_, panel) => {
          if (panel.context.path === path) {
            resolve(panel);
          }
        });
      });
}

/** Go to a cell of a notebook that is open, as soon as it is shown. */
async function showCellOf(panel: NotebookPanel, cell: string): Promise<void> {
  await panel.revealed;
  showCell(panel.content, cell);
}

/** Go to a cell, and stay there while what is above it still grows, until the learner does something. */
function showCell(content: Notebook, id: string): void {
  const index = content.widgets.findIndex(one => one.model.id === id);
  if (index < 0) {
    return;
  }
  content.activeCellIndex = index;
  const node = content.widgets[index].node;
  const grown = new ResizeObserver(() => node.scrollIntoView());
  grown.observe(content.viewportNode); // it tells its first size, too
  grown.observe(node); // and this one when it is put into the page: JupyterLab leaves out what is far from the viewport
  for (const deed of ['keydown', 'pointerdown', 'wheel']) {
    document.addEventListener(deed, () => grown.disconnect(), { capture: true, once: true });
  }
}

/** Take away what the cells from this one on printed: when a lesson begins anew, yesterday's answers are no longer there. */
function forget(notebook: Notebook, from: number): void {
  for (const { model } of notebook.widgets.slice(from)) {
    if (model.type === 'code') {
      (model as ICodeCellModel).clearExecution();
    }
  }
}

/** A link's cell is gone to when its notebook is shown. JupyterLab goes while it is hidden, or before it has its height. */
function mendLinks(app: JupyterFrontEnd): void {
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: widget => {
      const panel = widget as NotebookPanel;
      const go = panel.setFragment.bind(panel);
      panel.setFragment = fragment => {
        const cell = cellOf(fragment);
        void panel.revealed.then(() => (cell ? showCell(panel.content, cell) : go(fragment)));
      };
    }
  });
}

/** Keep where the learner is, and show the task of that place. */
function follow(notebooks: INotebookTracker, model: Model): void {
  let waiting = 0;
  notebooks.activeCellChanged.connect((_, cell) => {
    window.clearTimeout(waiting);
    const notebook = notebooks.currentWidget?.context.path;
    if (!cell || !notebook) {
      return;
    }
    waiting = window.setTimeout(() => {
      model.keepPlace({ notebook, cell: cell.model.id });
      const here = model.course && taskAt(model.course, notebook, cell.model.id);
      if (here) {
        void model.choose(here);
      }
    }, SETTLED);
  });
}

/**
 * Where the learner was; in an empty main area, too, which is no place to begin. At the very first start: lesson 00.
 * An address that names a notebook or a cell wins.
 */
async function home(
  shell: ILabShell,
  documents: IDocumentManager,
  notebooks: INotebookTracker,
  model: Model,
  left: string,
  hash: string
): Promise<void> {
  const named = PageConfig.getOption('treePath');
  if (named.endsWith('.ipynb')) {
    const kept = model.course?.lessons.find(one => one.notebook === named)?.cell ?? '';
    // JupyterLab opens it, and may take its time: opened here, it would be brought to the front a second time, over what
    // a learner opens meanwhile.
    await showCellOf(await opened(notebooks, named), hash ? cellOf(hash) : kept);
    return;
  }
  const place = model.course?.place;
  if (named || !place) {
    return;
  }
  const open = [...shell.widgets('main')];
  const current = shell.currentWidget;
  const here = current && documents.contextForWidget(current)?.path;
  const launchers = open.filter(widget => widget.id.startsWith('launcher'));
  const empty = open.length === launchers.length;
  if (empty || here === place.notebook) {
    await goTo(documents, model, place.notebook, place.cell);
  }
  if (empty) {
    launchers.forEach(widget => widget.close());
    shell.activateById(left);
  }
}

/** What runs a command in the course's own terminal, below what is open. */
function terminal(app: JupyterFrontEnd, shell: ILabShell): (command: string) => void {
  let own: MainAreaWidget<ITerminal.ITerminal> | null = null;
  const made = async () => {
    const current = shell.currentWidget;
    const terminal = (await app.commands.execute('terminal:create-new')) as MainAreaWidget<ITerminal.ITerminal>;
    if (current && current.id !== terminal.id) {
      shell.add(terminal, 'main', { mode: 'split-bottom', ref: current.id });
    }
    await prompted(terminal.content.session);
    return terminal;
  };
  return async command => {
    const endless = command.endsWith(' --watch'); // in the course's own it would take whatever is run next as its input
    const used = endless || !own || own.isDisposed ? await made() : own;
    own = endless ? own : used;
    shell.activateById(used.id);
    used.content.session.send({ type: 'stdin', content: [`${command}\r`] });
  };
}

/** Until a new terminal's shell said its first word: what is typed before would stand there twice. */
function prompted(session: Terminal.ITerminalConnection): Promise<void> {
  return new Promise(resolve => {
    const heard = (_: unknown, message: Terminal.IMessage) => {
      if (message.type === 'stdout') {
        session.messageReceived.disconnect(heard);
        resolve();
      }
    };
    session.messageReceived.connect(heard);
  });
}

export default plugin;
