import { PageConfig } from '@jupyterlab/coreutils';

import { GONE, Refused, request } from '../src/api';
import { outcome } from '../src/model';
import { Course } from './course';

const course = new Course();
beforeAll(() => course.start());
afterAll(() => course.stop());
const refusal = (path: string) => outcome(async () => void (await request(path)));

test('an answer is what was answered; with a body it is a POST, unless it is said', async () => {
  course.answer('status', { ready: true });
  course.answer('place', null);
  expect(await request('status')).toEqual({ ready: true });
  expect(await request('place', { cell: 'a' }, 'PUT')).toBeNull();
  await request('status', {});
  expect(course.asked.map(({ method, body }) => [method, body])).toEqual([['GET', undefined], ['PUT', { cell: 'a' }], ['POST', {}]]);
});

test('what the course refuses is said in its own words', async () => {
  const said = { what: 'No such task: x', why: 'There is none.', next: './course lab list' };
  course.answer('tasks/x', said, 404);
  expect(await refusal('tasks/x')).toEqual(said);
  await expect(request('tasks/x')).rejects.toThrow(Refused);
});

test.each([
  ['a server without the course', 404, 'Not Found'],
  ['a token that is no longer one', 403, { message: 'Forbidden' }],
  ['a page instead of JSON', 502, '<html>']
])('%s: that the course does not answer, and how', async (_, status, reply) => {
  course.answer('status', reply, status);
  const said = await refusal('status');
  expect(said).toMatchObject({ what: GONE.what, next: GONE.next });
  expect(said!.why).toContain(String(status));
});

test('JupyterLab is there, and something in it failed', async () => {
  course.answer('status', { message: 'Internal error' }, 500);
  const said = await refusal('status');
  expect(said).toMatchObject({ what: 'The course failed here.', next: 'course doctor' });
  expect(said!.why).toContain('500');
});

test('a login page that is answered with 200 is no answer', async () => {
  course.answer('course', '<html>log in</html>');
  expect(await refusal('course')).toMatchObject({ what: GONE.what });
});

test('no server at all', async () => {
  const base = PageConfig.getBaseUrl();
  PageConfig.setOption('baseUrl', 'http://127.0.0.1:9/');
  expect(await refusal('status')).toEqual(GONE);
  PageConfig.setOption('baseUrl', base);
});

test('what is no refusal is said, too', async () => {
  expect(await outcome(() => Promise.reject(new TypeError('odd')))).toEqual({ what: 'TypeError: odd', why: '', next: '' });
});
