// A server on loopback that answers as the course's does, for tests of what the page makes of its answers.

import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';

import { PageConfig } from '@jupyterlab/coreutils';

import { ICheck, ICourse, IStatus, ITask } from '../src/api';

/** What is answered: JSON, or a status with JSON or plain text. */
export type Reply = object | string | null;
export interface IAsked {
  method: string;
  path: string;
  body: unknown;
}

export class Course {
  asked: IAsked[] = [];
  /** What is held back until `release`: the path's beginning. */
  held = '';
  private waiting: (() => void)[] = [];
  private arrivals: (() => void)[] = [];
  private replies = new Map<string, [number, Reply]>();
  private server: Server = createServer((request, response) => void this.take(request, response));

  async start(): Promise<void> {
    await new Promise<void>(ready => this.server.listen(0, '127.0.0.1', ready));
    PageConfig.setOption('baseUrl', `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(ended => this.server.close(ended));
  }

  /** As at the beginning: each test has it to itself. */
  reset(): void {
    this.release();
    this.asked = [];
    this.replies.clear();
  }

  answer(path: string, reply: Reply, status = 200): void {
    this.replies.set(path, [status, reply]);
  }

  /** Let everything go that is held back. */
  release(): void {
    this.held = '';
    this.waiting.splice(0).forEach(go => go());
  }

  /** The paths that were asked for, in their order, of one beginning. */
  paths(beginning = ''): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`).filter(words => words.includes(beginning));
  }

  /** Until so many requests have come. */
  async arrived(count: number): Promise<void> {
    while (this.asked.length < count) {
      await new Promise<void>(next => this.arrivals.push(next));
    }
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
    }
    const path = request.url!.replace(/^\/course\/api\//, '').replace(/[?&]\d{10,}$/, ''); // what keeps caches away
    const body = Buffer.concat(parts).toString();
    this.asked.push({ method: request.method!, path, body: body ? JSON.parse(body) : undefined });
    this.arrivals.splice(0).forEach(next => next());
    const [status, reply] = this.replies.get(path) ?? [404, 'nothing here'];
    if (this.held && path.startsWith(this.held)) {
      await new Promise<void>(go => this.waiting.push(go));
    }
    response.writeHead(status).end(typeof reply === 'string' ? reply : JSON.stringify(reply));
  }
}

export const COURSE: ICourse = {
  cluster: 'externalname-course',
  notes: [],
  routes: [],
  path: '',
  lessons: [
    { slug: 'start', number: 0, title: 'Start', minutes: 15, notebook: '00_start.ipynb', cell: '', state: 'open', exercises: [] }
  ],
  labs: [],
  documents: [],
  next: null,
  place: { notebook: '00_start.ipynb', cell: '' },
  task: '',
  begun: false,
  toured: false
};

export const TASK: ITask = {
  slug: 'lost-database',
  kind: 'lab',
  title: 'The shop cannot find its database',
  state: 'started',
  minutes: 10,
  notebook: '02_first.ipynb',
  goal: '',
  running: true,
  hands_in: false,
  sets_up: true,
  hints: [],
  hints_left: 3,
  checked: '',
  report: null,
  explanation: '',
  manifest: '',
  following: null
};

export const READY: IStatus = { ready: true, setting_up: false, cluster: 'externalname-course', steps: [], clone: '/course' };

export function check(name: string, passed: boolean): ICheck {
  return { name, passed, asked: '', observed: '', expected: '', why: '', next: '', commands: [] };
}
