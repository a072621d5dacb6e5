// Right: the task at hand.

import { CodeEditor, IEditorServices } from '@jupyterlab/codeeditor';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { checkIcon, VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ICheck, ILights, ITask } from './api';
import { IDoors, Next } from './course';
import { Draft } from './draft';
import { Model } from './model';
import { Button, Command, Markdown, Trouble } from './parts';
import { beginning, counted, verbs, verdict, when } from './words';

const LOOK = 3000; // milliseconds between two questions for the lights

export interface ITools {
  rendermime: IRenderMimeRegistry;
  editors: IEditorServices;
  doors: IDoors;
  run: (command: string) => void;
  begin: () => void;
  solve: () => void;
}

export class TaskPanel extends VDomRenderer<Model> {
  private clock = window.setInterval(() => this.isVisible && !document.hidden && void this.model.loadLights(), LOOK);

  constructor(model: Model, private tools: ITools) {
    super(model);
    this.id = 'externalname-course-task';
    this.title.icon = checkIcon;
    this.title.caption = 'The task at hand';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'The task at hand');
    this.addClass('ec-panel');
  }

  dispose(): void {
    window.clearInterval(this.clock);
    super.dispose();
  }

  protected onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('h2')?.focus();
  }

  protected render(): React.JSX.Element {
    const { task, refusal, said, working, lights, turned } = this.model;
    return (
      <>
        <div className="ec-head">
          <h2 tabIndex={-1}>{task ? task.title : 'The task at hand'}</h2>
          {task ? <About task={task} /> : <p>Choose a lab or an exercise on the left.</p>}
          {task && <Verbs task={task} model={this.model} tools={this.tools} />}
          <div role="status" className="ec-said ec-words">{working ? `${said} ...` : said}</div>
          <Trouble refusal={refusal} />
          <p aria-live="polite" className="ec-words">{lights ? `${counted(lights)} ${turned}` : ''}</p>
          {task?.explanation && task.following && <Next following={task.following} doors={this.tools.doors} primary />}
        </div>
        {lights && lights.checks.length > 0 && <Lights lights={lights} />}
        {task && <Report task={task} run={this.tools.run} />}
        {task && <Rest task={task} solution={this.model.solution} model={this.model} tools={this.tools} />}
      </>
    );
  }
}

function About(props: { task: ITask }): React.JSX.Element {
  const { kind, minutes, state } = props.task;
  return <p className="ec-small">{kind === 'lab' ? 'Lab' : 'Exercise'}, {minutes} min, {state}</p>;
}

/** The verbs, always in the same order: a button that was pressed stays where it is. */
function Verbs(props: { task: ITask; model: Model; tools: ITools }): React.JSX.Element {
  const { task, model, tools } = props;
  const can = verbs(task, Boolean(model.working), model.room?.held);
  const tell = (why: string) => model.tell(why);
  const left = task.hints_left ? `${task.hints_left} left` : 'all read';
  return (
    <div role="group" aria-label="What you can do" className="ec-verbs">
      <Button label={beginning(task).label} press={tools.begin} tell={tell} {...can.start} />
      <Button label="Check" press={() => void model.perform('check', 'Asking the cluster')} tell={tell} {...can.check} />
      <Button label={`Hint (${left})`} press={() => void model.perform('hint', 'Hint')} tell={tell} {...can.hint} />
      <Button label="Solution" press={tools.solve} tell={tell} {...can.solution} />
    </div>
  );
}

/** They turn by themselves; how many are green, and what turned, is said above. */
function Lights(props: { lights: ILights }): React.JSX.Element {
  const { lights } = props;
  return (
    <section aria-label="Lights">
      <ul className="ec-lights">
        {lights.checks.map(({ name, passed }) => (
          <li key={name}>
            <span aria-hidden="true" className={passed ? 'ec-pass' : 'ec-fail'}>{passed ? '●' : '○'}</span> {name}: {passed ? 'green' : 'red'}
          </li>
        ))}
      </ul>
      <p className="ec-small">
        {lights.paused ? 'They wait while something of yours is at work.' : 'They turn by themselves when the cluster changes.'}
      </p>
    </section>
  );
}

function Report(props: { task: ITask; run: (command: string) => void }): React.JSX.Element {
  const { report, checked, state } = props.task;
  if (!report) {
    return <></>;
  }
  return (
    <section aria-label="The last check">
      <h3 className={report.passed ? 'ec-passed' : ''}>
        {verdict(report)}
      </h3>
      <p className="ec-small">Asked at {when(checked)}{report.passed && state === 'passed' ? '. Well done.' : ''}</p>
      <ul className="ec-list">
        {report.checks.map(check => <li key={check.name}><Check check={check} run={props.run} /></li>)}
      </ul>
    </section>
  );
}

function Check(props: { check: ICheck; run: (command: string) => void }): React.JSX.Element {
  const { check, run } = props;
  if (check.passed) {
    return <p className="ec-words"><span className="ec-pass">✓ pass</span> {check.name}: {check.observed}</p>;
  }
  return (
    <article className="ec-check" aria-label={check.name}>
      <p className="ec-words"><span className="ec-fail">✗ fail</span> <span className="ec-strong">{check.name}</span></p>
      <dl>
        {(['asked', 'observed', 'expected', 'why', 'next'] as const).map(part => (
          <React.Fragment key={part}>
            <dt>{part}</dt>
            <dd className="ec-words">{check[part]}</dd>
          </React.Fragment>
        ))}
      </dl>
      {check.commands.map(command => <Command key={command} command={command} run={run} />)}
    </article>
  );
}

function Rest(props: { task: ITask; solution: string; model: Model; tools: ITools }): React.JSX.Element {
  const { task, solution, model, tools } = props;
  const { rendermime, run, doors } = tools;
  return (
    <>
      {task.hints.length > 0 && (
        <section aria-label="Hints">
          <h3>Hints</h3>
          <ol>{task.hints.map(words => <li key={words} className="ec-words">{words}</li>)}</ol>
        </section>
      )}
      <section aria-label="What is asked">
        <Markdown key={task.slug} text={task.goal} rendermime={rendermime} run={run} />
      </section>
      {task.kind === 'lab' && <Manifest key={`${task.slug}-manifest`} model={model} task={task} editors={tools.editors} />}
      {task.kind === 'exercise' && <Button label="Go to its cell" press={() => doors.openPlace(task.notebook, task.slug)} />}
      {(solution || task.explanation) && (
        <section aria-label="The solution">
          <h3>Why this is right</h3>
          <Markdown text={solution || task.explanation} rendermime={rendermime} />
        </section>
      )}
    </>
  );
}

/** JupyterLab's own editor in YAML mode. What is typed is kept by itself; what another tab keeps is shown here, too. */
function Manifest(props: { model: Model; task: ITask; editors: IEditorServices }): React.JSX.Element {
  const { model, task, editors } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const [content] = React.useState(() => new CodeEditor.Model({ mimeType: 'text/x-yaml' }));
  const [draft] = React.useState(() => new Draft(text => model.keepManifest(task.slug, text), task.manifest));
  const text = () => content.sharedModel.getSource();
  const follow = () => {
    // Under the caret nothing changes: it may be an answer from before the last key.
    const typing = document.hasFocus() && host.current!.contains(document.activeElement);
    if (!typing && draft.follows(task.manifest)) {
      content.sharedModel.setSource(task.manifest);
    }
  };
  const keep = () => {
    void draft.keep();
    follow();
  };
  React.useLayoutEffect(() => {
    content.sharedModel.setSource(task.manifest);
    const editor = editors.factoryService.newInlineEditor({ host: host.current!, model: content });
    host.current!.querySelector('.cm-content')?.setAttribute('aria-label', 'Your manifest');
    content.sharedModel.changed.connect(() => draft.type(text()));
    const leave = () => draft.leave();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
      editor.dispose();
    };
  }, []);
  React.useEffect(keep, [task]); // the server answers again: what it did not take is sent once more
  return (
    <section aria-label="Your manifest">
      <h3>Your manifest</h3>
      <p className="ec-small">Write YAML here, or type kubectl in a terminal. Escape, then Tab leaves the editor.</p>
      <div ref={host} className="ec-editor" onBlur={keep} />
      <Button
        label="Apply"
        press={() => void model.perform('apply', 'Applying your manifest', { manifest: text() })}
        tell={why => model.tell(why)}
        {...verbs(task, Boolean(model.working)).apply}
      />
    </section>
  );
}
