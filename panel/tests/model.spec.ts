import { ServerConnection } from '@jupyterlab/services';

import { ILight, ILights } from '../src/api';
import { Model } from '../src/model';
import { check, Course, COURSE, READY, TASK } from './course';

const CHANGED = 'urn:externalname-course:changed';
const NO = { what: 'No.', why: 'Because.', next: 'x' };
const course = new Course();
let model: Model;
let changes: number;

beforeAll(() => course.start());
afterAll(() => course.stop());
beforeEach(() => {
  course.reset();
  course.answer('course', COURSE);
  course.answer('status', READY);
  course.answer('tasks/lost-database', TASK);
  course.answer('tasks/loop', { ...TASK, slug: 'loop' });
  model = new Model();
  changes = 0;
  model.stateChanged.connect(() => (changes += 1));
});
afterEach(() => {
  jest.useRealTimers();
  course.release();
});

const heard = (data: object, schema = CHANGED) => model.heard({ schema_id: schema, metadata_version: '1', timestamp: '', ...data } as any);
const lit = (checks: ILight[], more: Partial<ILights> = {}) => ({ checks, asked: '', trouble: '', paused: false, ...more });

describe('events', () => {
  test.each([
    ['progress', ['GET course', 'GET tasks/lost-database']],
    ['set-up', ['GET status']],
    ['room', ['GET room']],
    ['a word of tomorrow', []]
  ])('%s', async (what, asked) => {
    await model.open('lost-database');
    course.asked = [];
    await heard({ what });
    expect(course.paths()).toEqual(asked);
  });

  test('those of others are not heard', async () => {
    await heard({ what: 'progress' }, 'https://events.jupyter.org/contents_service');
    expect(course.paths()).toEqual([]);
  });

  test('what a verb says is shown while one is at work, and not after it', async () => {
    await model.open('lost-database');
    course.answer('tasks/lost-database/start', { ...TASK, said: 'is ready' });
    course.held = 'tasks/lost-database/start';
    const done = model.perform('start', 'Preparing');
    await course.arrived(2);
    await heard({ what: 'said', words: 'a namespace' });
    expect(model.said).toBe('a namespace');
    course.release();
    await done;
    expect(model.said).toBe('is ready');
    await heard({ what: 'said', words: 'of another browser' });
    expect(model.said).toBe('is ready');
  });
});

describe('a room', () => {
  const ROOM = { there: true, message: 'Break', lesson: null, held: false, help: '' };

  test('is asked for again when it changed, and stays where the server does not answer', async () => {
    course.answer('room', ROOM);
    await model.loadRoom();
    expect(model.room).toEqual(ROOM);
    course.answer('room', NO, 500);
    await heard({ what: 'room' });
    expect(model.room).toEqual(ROOM);
  });

  test('hears that help is wanted, or says why not', async () => {
    course.answer('room', { ...ROOM, help: '2026-11-28T14:36:00+00:00' });
    await model.call(true);
    expect(course.asked.at(-1)).toEqual({ method: 'PUT', path: 'room', body: { help: true } });
    expect(model.room?.help).toBe('2026-11-28T14:36:00+00:00');
    expect(model.unheard).toBeNull();
    course.answer('room', NO, 409);
    await model.call(false);
    expect(model.unheard).toEqual(NO);
  });
});

describe('a set-up', () => {
  test('is asked for again until it ends', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    course.answer('status', { ...READY, ready: false, setting_up: true });
    await model.loadStatus();
    expect(jest.getTimerCount()).toBe(1);
    course.answer('status', READY);
    jest.advanceTimersByTime(3000);
    await course.arrived(2);
    jest.useRealTimers();
    await model.loadStatus();
    expect(model.status).toEqual(READY);
    expect(course.paths('status')).toHaveLength(3);
  });

  test('asked for twice, it is waited for once', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    course.answer('status', { ...READY, setting_up: true });
    await model.loadStatus();
    await model.loadStatus();
    expect(jest.getTimerCount()).toBe(1);
  });

  test('a status that cannot be asked for is said, and gone when it can', async () => {
    course.answer('status', NO, 409);
    await model.loadStatus();
    expect(model.unknown).toEqual(NO);
    course.answer('status', READY);
    await model.loadStatus();
    expect(model.unknown).toBeNull();
  });
});

describe('verbs', () => {
  beforeEach(() => model.open('lost-database'));

  test('one at a time', async () => {
    course.answer('tasks/lost-database/check', { ...TASK, said: 'Passed' });
    course.held = 'tasks/lost-database/check';
    const first = model.perform('check', 'Asking');
    await model.perform('hint', 'Hint');
    expect([model.working, model.said]).toEqual(['check', 'Asking']);
    course.release();
    await first;
    expect([model.working, model.said]).toEqual(['', 'Passed']);
    expect(course.paths('POST')).toEqual(['POST tasks/lost-database/check']);
  });

  test('why a button is off is read out, and not over what a verb says', async () => {
    model.tell('Begin first.');
    expect(model.said).toBe('Begin first.');
    course.answer('tasks/lost-database/check', { ...TASK, said: 'Passed' });
    const done = model.perform('check', 'Asking');
    model.tell('One thing at a time.');
    expect(model.said).toBe('Asking');
    await done;
  });

  test('a refusal is kept, what was said is not, and the next verb begins without it', async () => {
    course.answer('tasks/lost-database/check', NO, 409);
    await model.perform('check', 'Asking');
    expect([model.refusal, model.said, model.working]).toEqual([NO, '', '']);
    await heard({ what: 'progress' });
    expect(model.refusal).toEqual(NO);
    course.answer('tasks/lost-database/hint', { ...TASK, said: 'Hint 1 of 3' });
    await model.perform('hint', 'Hint');
    expect(model.refusal).toBeNull();
  });

  test('that the server was gone is no longer said when it is back', async () => {
    const { GONE } = jest.requireActual<typeof import('../src/api')>('../src/api');
    model.refusal = GONE;
    await heard({ what: 'progress' });
    expect(model.refusal).toBeNull();
  });

  test('what comes when another task is shown is said with its name, and shown nowhere', async () => {
    course.answer('tasks/lost-database/check', { ...TASK, said: 'Passed' });
    course.held = 'tasks/lost-database/check';
    const done = model.perform('check', 'Asking');
    await model.open('loop');
    course.release();
    await done;
    expect(model.task!.slug).toBe('loop');
    expect(model.said).toBe('lost-database: Passed');
  });

  test('a solution is shown until the task begins afresh, or another is opened', async () => {
    course.answer('tasks/lost-database/solution', { ...TASK, said: 'kind: Service' });
    course.answer('tasks/lost-database/start', { ...TASK, said: 'is ready' });
    await model.perform('solution', 'Applying');
    expect([model.solution, model.said]).toEqual(['kind: Service', 'The solution is below.']);
    await model.perform('start', 'Preparing');
    expect(model.solution).toBe('');
    await model.perform('solution', 'Applying');
    await model.open('loop');
    expect(model.solution).toBe('');
  });

  test('the task that is shown is not fetched again when it is opened', async () => {
    await model.open('lost-database');
    expect(course.paths()).toEqual(['GET tasks/lost-database']);
  });

  test('one that was ended elsewhere has no lights, and nothing is said of it', async () => {
    course.answer('lights/lost-database', lit([check('a', true)]));
    await model.loadLights();
    model.said = 'is ready';
    course.answer('tasks/lost-database', { ...TASK, running: false });
    await heard({ what: 'progress' });
    expect([model.task!.running, model.lights, model.said]).toEqual([false, null, '']);
  });

  test('a task that does not exist is said, and the one that is shown stays', async () => {
    course.answer('tasks/nothing', NO, 404);
    await model.open('nothing');
    expect(model.refusal).toEqual(NO);
    expect(model.task!.slug).toBe('lost-database');
  });
});

describe('lights', () => {
  beforeEach(() => model.open('lost-database'));
  const look = async (lights: object) => {
    course.answer('lights/lost-database', lights);
    await model.loadLights();
  };

  test('what turned is said, and stays said while nothing turns', async () => {
    await look(lit([check('a', false), check('b', false)]));
    expect(model.turned).toBe('');
    await look(lit([check('a', true), check('b', false)]));
    expect(model.turned).toBe('a turned green.');
    await look(lit([check('a', true), check('b', false)], { paused: true }));
    expect(model.turned).toBe('a turned green.');
  });

  test('over trouble, they are compared with the last that were seen', async () => {
    await look(lit([check('a', false)]));
    await look(lit([], { trouble: 'no cluster' }));
    expect([model.turned, model.lights!.trouble]).toEqual(['', 'no cluster']);
    await look(lit([check('a', true)]));
    expect(model.turned).toBe('a turned green.');
  });

  test('the same again draws nothing', async () => {
    await look(lit([check('a', false)]));
    const before = changes;
    await look(lit([check('a', false)]));
    expect(changes).toBe(before);
  });

  test('a server that does not answer leaves them as they were', async () => {
    await look(lit([check('a', true)]));
    course.answer('lights/lost-database', 'gone', 502);
    await model.loadLights();
    expect(model.lights!.checks).toHaveLength(1);
    await look(lit([check('a', false)]));
    expect(model.turned).toBe('a turned red.');
  });

  test.each([
    ['nothing is open', () => (model.task = null)],
    ['the lab was not begun', () => (model.task!.running = false)],
    ['it is handed in', () => (model.task!.hands_in = true)],
    ['a verb is at work', () => (model.working = 'check')]
  ])('nobody asks while %s', async (_, make) => {
    make();
    await model.loadLights();
    expect(course.paths('lights')).toEqual([]);
  });

  test('one question at a time, and an answer for another task is thrown away', async () => {
    course.answer('lights/lost-database', lit([check('a', true)]));
    course.held = 'lights';
    const slow = model.loadLights();
    await model.loadLights();
    await model.open('loop');
    course.release();
    await slow;
    expect(course.paths('lights')).toHaveLength(1);
    expect(model.lights).toBeNull();
  });
});

describe('search', () => {
  const found = [{ title: 'here' }];

  test('an answer to earlier words is thrown away', async () => {
    course.answer('search?words=a', [{ title: 'old' }]);
    course.answer('search?words=ab', found);
    course.held = 'search?words=a';
    const slow = model.search('a');
    await course.arrived(1);
    course.held = '';
    await model.search('ab');
    course.release();
    await slow;
    expect(model.found).toEqual(found);
  });

  test('what is typed is no part of the address', async () => {
    course.answer('search?words=a%26b%3D%23%2F', found);
    await model.search('a&b=#/');
    expect(model.found).toEqual(found);
  });

  test('no words, no question, and nothing found', async () => {
    model.found = found as any;
    await model.search('  ');
    expect(model.found).toBeNull();
    expect(course.paths()).toEqual([]);
  });
});

describe('what is kept', () => {
  test('a manifest of any lab, and what shows it knows', async () => {
    course.answer('tasks/lost-database/manifest', TASK);
    course.answer('tasks/loop/manifest', TASK);
    await model.open('lost-database');
    expect(await model.keepManifest('lost-database', 'kind: Service')).toBe(true);
    expect(await model.keepManifest('loop', 'kind: Pod')).toBe(true);
    expect(model.task!.manifest).toBe('kind: Service');
    expect(course.asked.slice(1).map(({ path, body }) => [path, body])).toEqual([
      ['tasks/lost-database/manifest', { manifest: 'kind: Service' }],
      ['tasks/loop/manifest', { manifest: 'kind: Pod' }]
    ]);
  });

  test('one that is short enough for a browser is sent even if the page goes', async () => {
    const sent = jest.spyOn(ServerConnection, 'makeRequest');
    await model.keepManifest('lost-database', 'kind: Service');
    await model.keepManifest('lost-database', 'x'.repeat(70_000)); // of this one a browser sends nothing with that wish
    expect(sent.mock.calls.map(([, init]) => init.keepalive)).toEqual([true, false]);
    sent.mockRestore();
  });

  test('that a manifest is not kept is said until it is; what a verb was refused for stays', async () => {
    course.answer('tasks/lost-database/manifest', NO, 409);
    await model.open('lost-database');
    expect(await model.keepManifest('lost-database', 'too long')).toBe(false);
    expect([model.refusal, model.task!.manifest]).toEqual([NO, '']);
    course.answer('tasks/lost-database/manifest', TASK);
    await model.keepManifest('lost-database', 'short');
    expect(model.refusal).toBeNull();
    const other = { ...NO };
    model.refusal = other;
    await model.keepManifest('lost-database', 'shorter');
    expect(model.refusal).toBe(other);
  });

  test('the place, here at once, and the cell with its lesson; the server may be gone', async () => {
    await model.loadCourse();
    model.keepPlace({ notebook: '00_start.ipynb', cell: 'dig' });
    expect([model.course!.begun, model.course!.place.cell, model.course!.lessons[0].cell]).toEqual([true, 'dig', 'dig']);
    await course.arrived(2);
    expect(course.paths('place')).toEqual(['PUT place']);
  });

  test('the task at hand, once; what does not exist is not kept', async () => {
    await model.loadCourse();
    course.answer('tasks/nothing', NO, 404);
    await model.choose('lost-database');
    await model.choose('lost-database');
    await model.choose('nothing');
    await course.arrived(4);
    expect(course.asked.filter(({ method }) => method === 'PUT').map(({ path, body }) => [path, body])).toEqual([['task', { task: 'lost-database' }]]);
  });

  test('the task at hand is there again, but not in the place of one that was opened meanwhile', async () => {
    await model.reopen();
    course.answer('course', { ...COURSE, task: 'loop' });
    await model.loadCourse();
    await model.reopen();
    expect(model.task!.slug).toBe('loop');
    await model.open('lost-database');
    await model.reopen();
    expect(model.task!.slug).toBe('lost-database');
    expect(course.paths('PUT')).toEqual([]);
  });

  test('the tour once', async () => {
    await model.loadCourse();
    model.toured();
    model.toured();
    await course.arrived(2);
    expect(course.paths('tour')).toEqual(['PUT tour']);
  });

  test('without a course nothing is offered, and the reason is said', async () => {
    course.answer('course', NO, 409);
    await model.loadCourse();
    model.toured();
    expect([model.course, model.trouble]).toEqual([null, NO]);
  });
});
