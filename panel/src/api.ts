// The course's REST (src/course/jupyter/server/handlers.py): what it answers, and what it says instead.

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

export interface IPlace {
  notebook: string;
  cell: string;
}

export interface ITaskRow {
  slug: string;
  title: string;
  state: string;
}

export interface ILab extends ITaskRow {
  lesson: string;
  notebook: string;
  level: string;
  minutes: number;
}

export interface ILesson {
  slug: string;
  number: number;
  title: string;
  minutes: number;
  notebook: string;
  /** Where the learner was last in it; '' for the top. */
  cell: string;
  state: 'open' | 'begun' | 'done';
  exercises: ITaskRow[];
}

export interface IRoute {
  slug: string;
  title: string;
  minutes: number;
  lessons: string[];
  labs: string[];
}

/** What comes next: a task or a notebook. */
export interface IFollowing {
  kind: string;
  title: string;
  task?: string;
  notebook?: string;
}

/** The room of a workshop that this desk is in, as the hub's board said last. */
export interface IRoom {
  there: boolean;
  /** Of the facilitator to all. */
  message: string;
  /** Where all should be. */
  lesson: IFollowing | null;
  /** Whether solutions are held back. */
  held: boolean;
  /** When help was asked for; '' where it is not. */
  help: string;
}

export interface ICourse {
  cluster: string;
  notes: string[];
  routes: IRoute[];
  /** The one that was chosen by `course next --path`; '' for none. */
  path: string;
  lessons: ILesson[];
  labs: ILab[];
  documents: { path: string; title: string }[];
  next: IFollowing | null;
  place: IPlace;
  /** The task that was at hand last; '' for none. */
  task: string;
  begun: boolean;
  /** Whether the tour was taken or declined. */
  toured: boolean;
}

export interface IStep {
  title: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  seconds: number;
  doing: string;
}

export interface IStatus {
  ready: boolean;
  setting_up: boolean;
  cluster: string;
  steps: IStep[];
  /** The folder of the course that made it. */
  clone: string;
  node?: string;
  api?: string;
  dns?: string;
  outside?: string;
}

export interface ICheck {
  name: string;
  passed: boolean;
  asked: string;
  observed: string;
  expected: string;
  why: string;
  next: string;
  commands: string[];
}

export interface ITask extends ITaskRow {
  kind: 'lab' | 'exercise';
  minutes: number;
  notebook: string;
  goal: string;
  running: boolean;
  hands_in: boolean;
  /** Whether to begin it changes the cluster. */
  sets_up: boolean;
  hints: string[];
  hints_left: number;
  checked: string;
  report: { passed: boolean; checks: ICheck[] } | null;
  explanation: string;
  manifest: string;
  following: IFollowing | null;
  said?: string;
}

export interface ILight {
  name: string;
  passed: boolean;
}

/** The lights of a task, as the last look at the cluster found them. paused: something of the learner's is at work. */
export interface ILights {
  checks: ILight[];
  asked: string;
  trouble: string;
  paused: boolean;
}

/** A place of the course that has the words: a cell of a notebook, a lab (task), a part of a document. */
export interface IFound {
  kind: string;
  title: string;
  where: string;
  file: string;
  cell: string;
  task: string;
  excerpt: string;
}

/** What a Pod gets for a name, as `course ask --json`; line and content as `--watch` has them. */
export interface IAnswer {
  asked: {
    question: string;
    kind: string;
    status: string;
    server: string;
    answer: { name: string; ttl: number; kind: string; value: string; made_by: string }[];
  }[];
  meaning: string;
  line: string;
  /** Another one when the answer is another one; it is compared, not read. */
  content: string;
}

/** Lesson 05's clients: a picture, and the text that says the same. */
export interface ITimeline {
  svg: string;
  text: string;
}

export interface IRefusal {
  what: string;
  why: string;
  next: string;
}

/** The course says no, or nothing: what happened, why, and what to type. */
export class Refused extends Error {
  constructor(readonly refusal: IRefusal) {
    super(refusal.what);
  }
}

export const GONE: IRefusal = {
  what: 'The course does not answer here.',
  why: 'JupyterLab was stopped, or it runs without the course. In a terminal of your own it does all the same: ./course lab list',
  next: './course start'
};

/** What an answer says that is none of the course's. Many failures have nothing to do with where it runs. */
function unanswered(reply: Response): IRefusal {
  const status = `(${reply.status} ${reply.statusText})`;
  if (reply.status < 500 || [502, 503, 504].includes(reply.status)) {
    return { ...GONE, why: `${GONE.why} ${status}` };
  }
  return { what: 'The course failed here.', why: `JupyterLab is there, and says: ${status}`, next: 'course doctor' };
}

/** What the course answers; `Refused` where it says something else. With a body it is a POST. keepalive: sent even if the page goes. */
export async function request<T>(path: string, body?: object, method = 'POST', keepalive = false): Promise<T> {
  const settings = ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, 'course/api', path);
  const init = body ? { method, body: JSON.stringify(body), keepalive } : {};
  const reply = await ServerConnection.makeRequest(url, init, settings).catch(() => {
    throw new Refused(GONE);
  });
  const data = await reply.json().catch(() => undefined);
  if (!reply.ok || data === undefined) {
    throw new Refused(data?.what ? data : unanswered(reply));
  }
  return data as T;
}
