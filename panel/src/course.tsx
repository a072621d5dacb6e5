// Left: the ways through the course, its lessons and labs with their state, and the cluster.

import { LabIcon, VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ICourse, IFollowing, ILab, ILesson, IRefusal, IRoom, IStatus, IStep } from './api';
import { Model } from './model';
import { Button, Trouble } from './parts';
import { Search } from './search';
import { exercises, following as words, LESSON, lasting, mark, numbered, shownWay, wallClock, standing, STEP, underWay } from './words';

export const courseIcon = new LabIcon({
  name: 'externalname-course:course',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" ' +
    'd="M4 4h6a3 3 0 0 1 2 .8A3 3 0 0 1 14 4h6v15h-6.5l-1.5 1-1.5-1H4zm2 2v11h5V7a1 1 0 0 0-1-1zm12 0h-4a1 1 0 0 0-1 1v10h5z"/></svg>'
});

export interface IDoors {
  openPlace: (notebook: string, cell?: string) => void;
  openTask: (slug: string) => void;
  watchName: () => void;
  showTimeline: () => void;
  tour: () => void;
}

export class CoursePanel extends VDomRenderer<Model> {
  /** What has the focus when the panel is shown the next time: a selector. */
  first = 'h2';

  constructor(model: Model, private doors: IDoors) {
    super(model);
    this.id = 'externalname-course';
    this.title.icon = courseIcon;
    this.title.caption = 'The course';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'The course');
    this.addClass('ec-panel');
  }

  protected onActivateRequest(): void {
    this.node.querySelector<HTMLElement>(this.first)?.focus();
    this.first = 'h2';
  }

  protected render(): React.JSX.Element {
    const { course, status, trouble, unknown, room, unheard } = this.model;
    return (
      <>
        <h2 tabIndex={-1}>The course</h2>
        <Trouble refusal={trouble} />
        {course?.notes.map(note => <p key={note} role="alert" className="ec-trouble ec-words">{note}</p>)}
        {room?.there && <Workshop room={room} unheard={unheard} call={help => void this.model.call(help)} doors={this.doors} />}
        {course && !course.toured && <Offer doors={this.doors} decline={() => this.model.toured()} />}
        {course && <Continue course={course} led={Boolean(room?.lesson?.notebook)} doors={this.doors} />}
        {course && <Search model={this.model} doors={this.doors} />}
        <Cluster status={status} unknown={trouble ? null : unknown} looking={this.model.looking} look={() => void this.model.loadStatus()} />
        {course && <Ways course={course} doors={this.doors} />}
        <section aria-label="Live">
          <h3>Live</h3>
          <Button label="Watch a name" press={this.doors.watchName} />{' '}
          <Button label="Timeline of lesson 05" press={this.doors.showTimeline} />
        </section>
        {course && <Documents course={course} doors={this.doors} />}
      </>
    );
  }
}

/** A desk of a workshop: what the facilitator says, and a way to ask for help. What is new is read out. */
function Workshop(props: {
  room: IRoom;
  unheard: IRefusal | null;
  call: (help: boolean) => void;
  doors: IDoors;
}): React.JSX.Element {
  const { room, unheard, call, doors } = props;
  return (
    <section aria-label="Your workshop" className="ec-room">
      <h3>Your workshop</h3>
      <div role="status">
        {room.message && <p className="ec-strong ec-words">Your facilitator says: {room.message}</p>}
        {room.lesson && <p>All should be at: {room.lesson.title}</p>}
        {room.held && <p>Solutions are held back for now.</p>}
        {room.help && <p>You asked for help at {wallClock(room.help)}. Your facilitator sees it.</p>}
      </div>
      {room.lesson?.notebook && <Button label="Go there" primary press={() => doors.openPlace(room.lesson!.notebook!)} />}{' '}
      <Button label={room.help ? 'I need no help any more' : 'Ask for help'} press={() => call(!room.help)} />
      <Trouble refusal={unheard} />
    </section>
  );
}

/** At the first start; later the tour is found below. */
function Offer(props: { doors: IDoors; decline: () => void }): React.JSX.Element {
  return (
    <section aria-label="New here?">
      <p>New here? Five steps show what is where.</p>
      <Button label="Take the tour" press={props.doors.tour} /> <Button label="Not now" press={props.decline} />
    </section>
  );
}

/** Where the learner was. led: a facilitator says where all should be, so that comes first, and no step beside it. */
function Continue(props: { course: ICourse; led: boolean; doors: IDoors }): React.JSX.Element {
  const { led } = props;
  const { place, begun, next } = props.course;
  const words = begun ? 'Continue' : 'Begin here';
  return (
    <section aria-label={words}>
      <Button label={`${words}: ${place.notebook}`} primary={!led} press={() => props.doors.openPlace(place.notebook, place.cell)} />
      {!led && next && next.notebook !== place.notebook && <Next following={next} doors={props.doors} />}
    </section>
  );
}

/** A button that leads to what comes next. */
export function Next(props: { following: IFollowing; doors: IDoors; primary?: boolean }): React.JSX.Element {
  const { following, doors, primary } = props;
  return <Button label={words(following)} primary={primary} press={() => openNext(following, doors)} />;
}

export function openNext(following: IFollowing, doors: IDoors): void {
  if (following.task) {
    doors.openTask(following.task);
  } else if (following.notebook) {
    doors.openPlace(following.notebook);
  }
}

/** The state of the cluster in words, and the set-up's steps while it comes up. */
function Cluster(props: { status: IStatus | null; unknown: IRefusal | null; looking: boolean; look: () => void }): React.JSX.Element {
  const { status, unknown, looking, look } = props;
  return (
    <section aria-label="The cluster">
      <h3>The cluster</h3>
      <Trouble refusal={unknown} />
      <p role="status">{status && !unknown ? standing(status) : looking ? 'Asking the cluster ...' : ''}</p>
      {status?.clone && <p className="ec-small ec-words">It belongs to the copy of the course in {status.clone}</p>}
      {status && !status.ready && underWay(status) && (
        <ol className="ec-steps" aria-label="The steps of the set-up">
          {status.steps.map(step => <Step key={step.title} step={step} />)}
        </ol>
      )}
      {!status?.setting_up && <Button label="Ask the cluster again" press={look} off={looking ? 'It is being asked.' : ''} />}
    </section>
  );
}

function Step(props: { step: IStep }): React.JSX.Element {
  const { title, state, seconds, doing } = props.step;
  return (
    <li>
      <span aria-hidden="true">{STEP[state]}</span> {title}: {state}{seconds ? `, ${seconds.toFixed(0)} s` : ''}
      {doing && state !== 'done' && <span className="ec-excerpt ec-words">{doing}</span>}
    </li>
  );
}

function Ways(props: { course: ICourse; doors: IDoors }): React.JSX.Element {
  const { course, doors } = props;
  const [slug, choose] = React.useState('');
  const way = shownWay(course, slug);
  const lessons = course.lessons.filter(lesson => way.lessons.includes(lesson.slug));
  const rest = course.labs.filter(lab => way.labs.includes(lab.slug) && !way.lessons.includes(lab.lesson));
  return (
    <section aria-label="Lessons and labs">
      <h3>Lessons and labs</h3>
      <label>
        Your way{' '}
        <select className="jp-mod-styled" value={way.slug} onChange={event => choose(event.target.value)}>
          {course.routes.map(route => <option key={route.slug} value={route.slug}>{route.title}</option>)}
        </select>
      </label>
      <p className="ec-small">{way.title}, {lasting(way.minutes)}</p>
      <ul className="ec-list">
        {lessons.map(lesson => (
          <Lesson
            key={lesson.slug}
            lesson={lesson}
            labs={course.labs.filter(lab => lab.lesson === lesson.slug && way.labs.includes(lab.slug))}
            here={course.begun && lesson.notebook === course.place.notebook}
            doors={doors}
          />
        ))}
        {rest.map(lab => <LabRow key={lab.slug} lab={lab} doors={doors} />)}
      </ul>
    </section>
  );
}

function Lesson(props: { lesson: ILesson; labs: ILab[]; here: boolean; doors: IDoors }): React.JSX.Element {
  const { lesson, labs, here, doors } = props;
  return (
    <li>
      <Row name={numbered(lesson)} state={LESSON[lesson.state]} minutes={lesson.minutes} press={() => doors.openPlace(lesson.notebook, lesson.cell)} />
      {lesson.exercises.length + labs.length > 0 && (
        <ul className="ec-list">
          {lesson.exercises.length > 0 && <li><Exercises lesson={lesson} here={here} doors={doors} /></li>}
          {labs.map(lab => <LabRow key={lab.slug} lab={lab} doors={doors} />)}
        </ul>
      )}
    </li>
  );
}

/** Unfolded in the lesson where the learner is: all of them together are longer than anybody reads. */
function Exercises(props: { lesson: ILesson; here: boolean; doors: IDoors }): React.JSX.Element {
  const { lesson, here, doors } = props;
  return (
    <details open={here}>
      <summary>{exercises(lesson.exercises)}</summary>
      <ul className="ec-list">
        {lesson.exercises.map(task => (
          <li key={task.slug}>
            <Row name={`Exercise: ${task.title}`} state={task.state} press={() => doors.openTask(task.slug)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function LabRow(props: { lab: ILab; doors: IDoors }): React.JSX.Element {
  const { lab, doors } = props;
  return (
    <li>
      <Row name={`Lab: ${lab.title}`} state={lab.state} minutes={lab.minutes} press={() => doors.openTask(lab.slug)} />
    </li>
  );
}

/** One thing to open: its name, its state as a sign and in words, its minutes. */
function Row(props: { name: string; state: string; minutes?: number; press: () => void }): React.JSX.Element {
  const { name, state, minutes, press } = props;
  return (
    <button type="button" className="ec-row" onClick={press}>
      <span aria-hidden="true" className="ec-mark">{mark(state)}</span>
      <span>
        {name}
        <span className="ec-small">, {state}{minutes ? `, ${minutes} min` : ''}</span>
      </span>
    </button>
  );
}

/** What the lessons link, to be looked up: the glossary, the runbook. */
function Documents(props: { course: ICourse; doors: IDoors }): React.JSX.Element {
  return (
    <section aria-label="To look up">
      <h3>To look up</h3>
      <ul className="ec-list">
        {props.course.documents.map(({ path, title }) => (
          <li key={path}>
            <button type="button" className="ec-row" onClick={() => props.doors.openPlace(path)}>{title}</button>
          </li>
        ))}
        {props.course.toured && (
          <li>
            <button type="button" className="ec-row" onClick={props.doors.tour}>Take the tour again</button>
          </li>
        )}
      </ul>
    </section>
  );
}
