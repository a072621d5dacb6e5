// Search over the whole course, in the left panel.

import * as React from 'react';

import { IFound } from './api';
import { IDoors } from './course';
import { Model } from './model';
import { places } from './words';

const STILL = 250; // milliseconds without a key until it is searched
const KINDS: Record<string, string> = { printed: 'printed by a cell', text: 'in the text' };

export function Search(props: { model: Model; doors: IDoors }): React.JSX.Element {
  const { model, doors } = props;
  const [typed, type] = React.useState(model.words);
  React.useEffect(() => {
    const waiting = window.setTimeout(() => typed !== model.words && void model.search(typed), STILL);
    return () => window.clearTimeout(waiting);
  }, [typed]);
  const count = model.found?.length ?? 0;
  return (
    <section role="search" aria-label="Search the course">
      <label className="ec-search">
        Search{' '}
        <input
          type="search"
          className="jp-mod-styled"
          placeholder="a word, a name, an error"
          value={typed}
          onChange={event => type(event.target.value)}
          onKeyDown={event => event.key === 'Escape' && type('')}
        />
      </label>
      <p aria-live="polite" className="ec-small">{model.found ? places(count) : ''}</p>
      {count > 0 && (
        <ul className="ec-list ec-found">
          {model.found!.map(place => <li key={`${place.file}#${place.cell}-${place.kind}`}><Place place={place} doors={doors} /></li>)}
        </ul>
      )}
    </section>
  );
}

function Place(props: { place: IFound; doors: IDoors }): React.JSX.Element {
  const { kind, title, where, file, cell, task, excerpt } = props.place;
  const open = () => (task ? props.doors.openTask(task) : props.doors.openPlace(file, cell));
  return (
    <button type="button" className="ec-row ec-words" onClick={open}>
      <span>
        {title}
        <span className="ec-small">, {KINDS[kind] ?? kind}, {where}</span>
        {excerpt && <span className="ec-excerpt">{excerpt}</span>}
      </span>
    </button>
  );
}
