// Docked in the main area: a name asked every second, and lesson 05's timeline.

import { VDomModel, VDomRenderer } from '@jupyterlab/ui-components';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';

import { IAnswer, IRefusal, ITimeline, request } from './api';
import { outcome } from './model';
import { Button, Command, Trouble } from './parts';
import { dayTime, quoted, themed } from './words';

const SECOND = 1000; // milliseconds between two questions for a name
const DRAWN = 2000; // milliseconds between two pictures
const KEPT = 100; // lines of changes

/** What is asked again and again. kept: what it takes to ask the same after a reload; turned: that this is another. */
abstract class Asked extends VDomModel {
  private changed = new Signal<this, void>(this);
  abstract ask(): Promise<void>;

  get kept(): ReadonlyPartialJSONObject {
    return {};
  }

  get turned(): ISignal<this, void> {
    return this.changed;
  }

  protected turn(): void {
    this.changed.emit();
  }
}

/** Asks again and again while it is seen; one question at a time. */
export abstract class Asking<T extends Asked = Asked> extends VDomRenderer<T> {
  private clock: number;

  constructor(model: T, id: string, title: string, every: number) {
    super(model);
    this.id = id;
    this.title.label = title;
    this.title.closable = true;
    this.node.tabIndex = 0; // it scrolls, so the keyboard must reach it
    this.addClass('ec-panel');
    this.clock = window.setInterval(() => this.isVisible && !document.hidden && void model.ask(), every);
  }

  get kept(): ReadonlyPartialJSONObject {
    return this.model.kept;
  }

  get turned(): ISignal<Asked, void> {
    return this.model.turned;
  }

  protected onActivateRequest(): void {
    void Promise.resolve(this.renderPromise).then(() => (this.node.querySelector<HTMLElement>('input') ?? this.node).focus());
  }

  dispose(): void {
    window.clearInterval(this.clock);
    super.dispose();
  }
}

/** A name, the namespace that it is asked from, and whether it is asked. */
export type IKept = { name?: string; namespace?: string; running?: boolean };

export class Watched extends Asked {
  name = '';
  namespace = 'default';
  running = false;
  answer: IAnswer | null = null;
  refusal: IRefusal | null = null;
  lines: string[] = [];
  private asking = false;

  constructor(kept: IKept = {}) {
    super();
    this.name = String(kept.name ?? '');
    this.namespace = String(kept.namespace || 'default');
    this.running = Boolean(kept.running && this.name);
  }

  get kept(): IKept {
    return { name: this.name, namespace: this.namespace, running: this.running };
  }

  watch(name: string, namespace: string): void {
    Object.assign(this, { name: name.trim(), namespace: namespace.trim() || 'default', running: true, answer: null, refusal: null, lines: [] });
    this.turn();
    this.stateChanged.emit();
    void this.ask();
  }

  stop(): void {
    this.running = false;
    this.turn();
    this.stateChanged.emit();
  }

  async ask(): Promise<void> {
    if (!this.running || this.asking) {
      return;
    }
    const { name, namespace } = this;
    this.asking = true;
    let answer: IAnswer | null = null;
    const refusal = await outcome(async () => {
      answer = await request<IAnswer>(`ask?name=${encodeURIComponent(name)}&from=${encodeURIComponent(namespace)}`);
    });
    this.asking = false;
    if (name === this.name && namespace === this.namespace) {
      this.take(answer, refusal);
    }
  }

  private take(answer: IAnswer | null, refusal: IRefusal | null): void {
    const another = answer && (this.refusal || answer.content !== this.answer?.content);
    const lost = refusal && !this.refusal; // once, however long it lasts
    const line = another ? [answer.line] : lost ? [`${dayTime()} no answer: ${refusal.what}`] : [];
    this.lines = [...this.lines, ...line].slice(-KEPT);
    this.answer = answer ?? this.answer;
    this.refusal = refusal;
    this.stateChanged.emit();
  }
}

export class LiveView extends Asking<Watched> {
  constructor(model: Watched, private run: (command: string) => void) {
    super(model, 'externalname-course-live', 'Live view of a name', SECOND);
  }

  protected render(): React.JSX.Element {
    const { answer, refusal, lines, name, namespace, running } = this.model;
    return (
      <section aria-label="Live view of a name">
        <h2>Live view of a name</h2>
        <Question model={this.model} />
        <Trouble refusal={refusal} />
        {answer && <Now answer={answer} running={running && !refusal} />}
        <section aria-label="Changes">
          <h3>Each change</h3>
          <div role="log" aria-label="Each change">
            <ul className="ec-lines">{lines.map(line => <li key={line} className="ec-words">{line}</li>)}</ul>
          </div>
        </section>
        {name && <Command command={`course ask ${quoted(name)} --from ${quoted(namespace)} --watch`} run={this.run} />}
      </section>
    );
  }
}

function Question(props: { model: Watched }): React.JSX.Element {
  const { model } = props;
  const [name, setName] = React.useState(model.name);
  const [namespace, setNamespace] = React.useState(model.namespace);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (name.trim()) {
      model.watch(name, namespace);
    }
  };
  return (
    <form onSubmit={submit} aria-label="What is asked" className="ec-ask">
      <label>Name <input className="jp-mod-styled" value={name} onChange={event => setName(event.target.value)} /></label>
      <label>asked from a Pod in <input className="jp-mod-styled" value={namespace} onChange={event => setNamespace(event.target.value)} /></label>
      <Button label="Watch" primary press={() => undefined} submits />
      <Button label="Stop" press={() => model.stop()} off={model.running ? '' : 'Nothing is asked now.'} />
    </form>
  );
}

function Now(props: { answer: IAnswer; running: boolean }): React.JSX.Element {
  const { answer, running } = props;
  const last = answer.asked[answer.asked.length - 1];
  return (
    <section aria-label="The answer now">
      <h3>{running ? 'Now' : 'The last answer'}</h3>
      <p className="ec-words">
        {last.question} {last.kind}: <span className="ec-strong">{last.status || 'no answer'}</span>, answered by {last.server}
      </p>
      {last.answer.length > 0 && (
        <table className="ec-records">
          <thead><tr><th scope="col">name</th><th scope="col">TTL</th><th scope="col">type</th><th scope="col">value</th><th scope="col">from</th></tr></thead>
          <tbody>
            {last.answer.map(({ name, ttl, kind, value, made_by }) => (
              <tr key={`${name} ${kind} ${value}`}>
                <td>{name}</td><td>{ttl} s</td><td>{kind}</td><td>{value}</td><td>{made_by}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="ec-words">{answer.meaning}</p>
    </section>
  );
}

export class Drawn extends Asked {
  shown: ITimeline | null = null;
  refusal: IRefusal | null = null;
  private asking = false;

  async ask(): Promise<void> {
    if (this.asking) {
      return;
    }
    this.asking = true;
    this.refusal = await outcome(async () => {
      this.shown = await request<ITimeline>('timeline');
    });
    this.asking = false;
    this.stateChanged.emit();
  }
}

export class TimelineView extends Asking<Drawn> {
  constructor(model: Drawn) {
    super(model, 'externalname-course-timeline', 'Timeline of lesson 05', DRAWN);
    void model.ask();
  }

  protected render(): React.JSX.Element {
    const { shown, refusal } = this.model;
    const theme = getComputedStyle(document.body);
    return (
      <section aria-label="Timeline of lesson 05">
        <h2>Timeline of lesson 05: the last half minute</h2>
        <Trouble refusal={refusal} />
        {shown && (
          <>
            <div className="ec-picture" tabIndex={0} role="group" aria-label="The picture">
              <img src={`data:image/svg+xml,${encodeURIComponent(themed(shown.svg, name => theme.getPropertyValue(name)))}`} alt="Which server answered which client; the table below says the same." />
            </div>
            <pre tabIndex={0}>{shown.text}</pre>
          </>
        )}
      </section>
    );
  }
}
