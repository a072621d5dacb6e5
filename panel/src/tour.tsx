// Five steps through what is on the screen. It can be left at any time, and taken again.

import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { Button } from './parts';

export interface IStop {
  /** What is shown: a selector; where nothing fits, the step stands in the middle. */
  at: string;
  title: string;
  words: string;
}

export const STOPS: IStop[] = [
  {
    at: '#externalname-course',
    title: 'The course',
    words: 'Your way, its lessons and labs, and how far you are. Continue leads to the cell where you were last.'
  },
  {
    at: '#externalname-course [role=search]',
    title: 'Search',
    words: 'A word, a name, an error message: in the lessons, the labs, the glossary, and in what cells printed.'
  },
  {
    at: '#jp-main-dock-panel',
    title: 'A lesson',
    words: 'It runs against your own cluster: Shift+Enter runs a cell and goes to the next. Predict first, then run.'
  },
  {
    at: '#externalname-course-task',
    title: 'The task at hand',
    words: 'What is asked, Check, Hint and Solution, a manifest to write. Its lights turn by themselves when you mend something.'
  },
  {
    at: '#externalname-course [aria-label="The cluster"]',
    title: 'Your cluster, and the keys',
    words: 'Whether the cluster is up, and whose it is. Ctrl+Shift+C, then "Course": all of this by keys, this tour too.'
  }
];

const GAP = 8; // pixels between what is shown and the words, and to the edge of the window

export class Tour extends ReactWidget {
  private before = document.activeElement as HTMLElement | null;

  constructor(private ended: () => void) {
    super();
    this.addClass('ec-tour');
    Widget.attach(this, document.body);
  }

  /** Leave it: the focus goes back to where it was. */
  private leave = (): void => {
    mark(null);
    Widget.detach(this);
    this.dispose();
    this.before?.focus();
    this.ended();
  };

  protected render(): React.JSX.Element {
    return <Stop place={this.node} leave={this.leave} />;
  }
}

function Stop(props: { place: HTMLElement; leave: () => void }): React.JSX.Element {
  const { place, leave } = props;
  const [number, go] = React.useState(0);
  const heading = React.useRef<HTMLHeadingElement>(null);
  const { at, title, words } = STOPS[number];
  const last = number === STOPS.length - 1;
  React.useEffect(() => {
    const target = document.querySelector(at);
    mark(target);
    put(place, target);
    heading.current?.focus();
  }, [number]);
  return (
    <div role="dialog" aria-labelledby="ec-tour-title" aria-describedby="ec-tour-words" onKeyDown={event => event.key === 'Escape' && leave()}>
      <h2 id="ec-tour-title" ref={heading} tabIndex={-1}>{number + 1} of {STOPS.length}: {title}</h2>
      <p id="ec-tour-words">{words}</p>
      <div className="ec-verbs">
        <Button label="Back" press={() => go(number - 1)} off={number === 0 ? 'This is the first step.' : ''} />
        <Button label={last ? 'Done' : 'Next'} primary press={() => (last ? leave() : go(number + 1))} />
        <Button label="Skip the tour" press={leave} off={last ? 'This is the last step.' : ''} />
      </div>
    </div>
  );
}

/** Draw a line around what is shown, and around nothing else. */
function mark(target: Element | null): void {
  document.querySelectorAll('.ec-toured').forEach(node => node.classList.remove('ec-toured'));
  target?.classList.add('ec-toured');
}

/** Beside the target where there is room, else over it; always whole in the window. */
function put(place: HTMLElement, target: Element | null): void {
  const { width, height } = place.getBoundingClientRect();
  const { innerWidth, innerHeight } = window;
  const box = target?.getBoundingClientRect() ?? new DOMRect(innerWidth / 2, innerHeight / 2);
  const right = box.right + GAP;
  const left = right + width < innerWidth ? right : box.left - width - GAP;
  place.style.left = `${clamp(left, innerWidth - width)}px`;
  place.style.top = `${clamp(box.top + GAP, innerHeight - height)}px`;
}

function clamp(value: number, most: number): number {
  return Math.max(GAP, Math.min(value, most - GAP));
}
