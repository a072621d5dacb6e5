import { Drawn, Watched } from '../src/live';
import { Course } from './course';

const course = new Course();
beforeAll(() => course.start());
afterAll(() => course.stop());
beforeEach(() => course.reset());

const answer = (content: string, line = content) => ({ asked: [], meaning: '', line, content });

/** Until an answer, or a refusal, was taken: the model says so. */
const taken = (watched: Watched) =>
  new Promise<void>(done => watched.stateChanged.connect(() => (watched.answer || watched.refusal) && done()));
const PATH = 'ask?name=db&from=default';

test('a line for each change, none where only the TTL is another', async () => {
  const watched = new Watched();
  course.answer(PATH, answer('A 192.0.2.1', '10:00 A 192.0.2.1'));
  watched.watch(' db ', '');
  await taken(watched);
  course.answer(PATH, answer('A 192.0.2.1', '10:01 A 192.0.2.1'));
  await watched.ask();
  expect(watched.lines).toEqual(['10:00 A 192.0.2.1']);
  course.answer(PATH, answer('A 192.0.2.2', '10:02 A 192.0.2.2'));
  await watched.ask();
  expect(watched.lines).toEqual(['10:00 A 192.0.2.1', '10:02 A 192.0.2.2']);
});

test('a question that fails is said; the last answer stays; that it was lost and came back is a line each', async () => {
  const watched = new Watched();
  Object.assign(watched, { name: 'db', running: true });
  course.answer(PATH, answer('A'));
  await watched.ask();
  course.answer(PATH, { what: 'No cluster.', why: '', next: '' }, 409);
  await watched.ask();
  await watched.ask();
  expect([watched.refusal!.what, watched.answer!.content]).toEqual(['No cluster.', 'A']);
  course.answer(PATH, answer('A'));
  await watched.ask();
  await watched.ask();
  expect(watched.refusal).toBeNull();
  expect(watched.lines).toEqual(['A', expect.stringMatching(/^\d\d:\d\d:\d\d no answer: No cluster\.$/), 'A']);
});

test('of many changes the last hundred are kept', async () => {
  const watched = new Watched();
  Object.assign(watched, { name: 'db', running: true });
  for (let number = 0; number < 103; number += 1) {
    course.answer(PATH, answer(`A ${number}`));
    await watched.ask();
  }
  expect([watched.lines.length, watched.lines[0], watched.lines[99]]).toEqual([100, 'A 3', 'A 102']);
});

test('an answer for the name before is thrown away', async () => {
  const watched = new Watched();
  course.answer(PATH, answer('old'));
  course.answer('ask?name=other&from=shop', answer('new'));
  course.held = PATH;
  watched.watch('db', 'default');
  await course.arrived(1);
  watched.watch('other', 'shop'); // its question waits for the next second: one is under way
  course.release();
  while (course.asked.length < 2) {
    await watched.ask(); // as the clock does
    await new Promise(next => setTimeout(next));
  }
  await (watched.answer ? null : taken(watched));
  expect(watched.lines).toEqual(['new']);
});

test('one question at a time, and none after Stop', async () => {
  const watched = new Watched();
  course.answer(PATH, answer('A'));
  course.held = PATH;
  watched.watch('db', 'default');
  await watched.ask();
  watched.stop();
  await watched.ask();
  await course.arrived(1);
  expect(course.paths()).toEqual([`GET ${PATH}`]);
});

test('a picture that does not come leaves the last one, and says why', async () => {
  const drawn = new Drawn();
  course.answer('timeline', { svg: '<svg/>', text: 'a table' });
  await drawn.ask();
  course.answer('timeline', { what: 'No clients.', why: '', next: '' }, 409);
  await drawn.ask();
  expect([drawn.shown!.text, drawn.refusal!.what]).toEqual(['a table', 'No clients.']);
});

test('what is kept over a reload asks the same again; what was stopped stays stopped', async () => {
  course.answer('ask?name=db&from=shop', answer('A'));
  const watched = new Watched();
  const kept: object[] = [];
  watched.turned.connect(() => kept.push(watched.kept));
  watched.watch('db', 'shop');
  watched.stop();
  expect(kept.map(one => JSON.parse(JSON.stringify(one)))).toEqual([
    { name: 'db', namespace: 'shop', running: true },
    { name: 'db', namespace: 'shop', running: false }
  ]);
  const [again, stopped] = kept.map(one => new Watched(one));
  await again.ask();
  await stopped.ask();
  expect([again.lines, stopped.lines, stopped.name]).toEqual([['A'], [], 'db']);
});

test.each([[{}], [{ running: true }], [{ name: 7, namespace: '' }]])('of %j that is kept a view is made all the same', kept => {
  const watched = new Watched(kept as object);
  expect([watched.running, watched.namespace]).toEqual([false, 'default']);
});
