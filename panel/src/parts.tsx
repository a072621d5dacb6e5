// What both panels are made of.

import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { IRefusal } from './api';
import { commandsOf } from './words';

/** A button that keeps the focus while it cannot be pressed: aria-disabled, not disabled. */
export function Button(props: {
  label: string;
  press: () => void;
  /** Why it cannot be pressed; '' where it can. */
  off?: string;
  /** Says why, when it is pressed all the same. */
  tell?: (why: string) => void;
  primary?: boolean;
  /** It sends the form that it stands in, as Enter does. */
  submits?: boolean;
}): React.JSX.Element {
  return (
    <button
      type={props.submits ? 'submit' : 'button'}
      className={`jp-mod-styled ${props.primary && !props.off ? 'jp-mod-accept' : 'jp-mod-reject'} ec-button`}
      aria-disabled={Boolean(props.off)}
      title={props.off || undefined}
      onClick={() => (props.off ? props.tell?.(props.off) : props.press())}
    >
      {props.label}
    </button>
  );
}

/** What the course says instead of an answer; a screen reader reads it at once. */
export function Trouble(props: { refusal: IRefusal | null }): React.JSX.Element {
  const { what = '', why = '', next = '' } = props.refusal ?? {};
  return (
    <div role="alert" className={props.refusal ? 'ec-trouble' : ''}>
      {what && <p className="ec-strong">{what}</p>}
      {why && <p className="ec-words">{why}</p>}
      {next && <p>Next: <code>{next}</code></p>}
    </div>
  );
}

/** Markdown as JupyterLab shows it, sanitized; what stands in a block of commands runs on a click. */
export function Markdown(props: {
  text: string;
  rendermime: IRenderMimeRegistry;
  run?: (command: string) => void;
}): React.JSX.Element {
  const host = React.useRef<HTMLDivElement>(null);
  const { text, rendermime, run } = props;
  // A layout effect ends before React takes the host out of the page. Later, Lumino refuses to detach what is no longer
  // there, and React throws the whole panel away, with the focus in it.
  React.useLayoutEffect(() => {
    const shown = rendermime.createRenderer('text/markdown');
    const model = rendermime.createModel({ data: { 'text/markdown': text } });
    Widget.attach(shown, host.current!);
    void shown.renderModel(model).then(() => addButtons(shown.node, run));
    return () => shown.dispose();
  }, [text, rendermime]);
  return <div ref={host} className="ec-markdown" />;
}

function addButtons(node: HTMLElement, run?: (command: string) => void): void {
  for (const block of node.querySelectorAll('pre')) {
    block.tabIndex = 0; // it scrolls, so the keyboard must reach it
    if (run) {
      const text = block.textContent ?? '';
      const commands = commandsOf(text);
      commands.forEach(line => block.after(commandButton(line, run)));
      block.hidden = commands.length === text.trim().split('\n').length; // its buttons say all that it says
    }
  }
}

function commandButton(command: string, run: (command: string) => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'ec-command';
  button.textContent = `Run: ${command}`;
  button.onclick = () => run(command);
  return button;
}

/** A command that runs in a terminal on a click. */
export function Command(props: { command: string; run: (command: string) => void }): React.JSX.Element {
  return (
    <button type="button" className="ec-command" onClick={() => props.run(props.command)}>
      Run: {props.command}
    </button>
  );
}
