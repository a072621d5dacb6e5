import { Draft } from '../src/draft';

let sent: string[];
let answers: ((taken: boolean) => void)[];
let draft: Draft;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  answers = [];
  draft = new Draft(text => {
    sent.push(text);
    return new Promise<boolean>(answered => answers.push(answered));
  }, 'old');
});
afterEach(() => jest.useRealTimers());

/** The server answers the first question that is open. */
const answered = async (taken: boolean) => {
  answers.shift()!(taken);
  await jest.advanceTimersByTimeAsync(0);
};

test('it is sent a second after the last key, and once', async () => {
  draft.type('a');
  jest.advanceTimersByTime(900);
  draft.type('ab');
  jest.advanceTimersByTime(900);
  expect(sent).toEqual([]);
  jest.advanceTimersByTime(100);
  await answered(true);
  void draft.keep();
  draft.leave();
  expect(sent).toEqual(['ab']);
});

test('what nobody changed is not sent: it may be older than what another tab sent', () => {
  void draft.keep();
  draft.type('old');
  jest.advanceTimersByTime(1000);
  draft.leave();
  expect(sent).toEqual([]);
});

test('one at a time; what was typed meanwhile comes after it', async () => {
  draft.type('a');
  void draft.keep();
  draft.type('ab');
  void draft.keep();
  expect(sent).toEqual(['a']);
  await answered(true);
  expect(sent).toEqual(['a', 'ab']);
});

test('what was not taken is sent again', async () => {
  draft.type('a');
  void draft.keep();
  await answered(false);
  void draft.keep();
  expect(sent).toEqual(['a', 'a']);
});

test('when its place goes it is sent at once, whatever is under way', () => {
  draft.type('a');
  void draft.keep();
  draft.type('ab');
  draft.leave();
  jest.advanceTimersByTime(5000);
  expect(sent).toEqual(['a', 'ab']);
});

test('what another tab sent is taken over where nothing was changed here, and not sent back', async () => {
  expect([draft.follows('old'), draft.follows('new'), draft.follows('new')]).toEqual([false, true, false]);
  await draft.keep();
  draft.type('mine');
  expect(draft.follows('newer')).toBe(false);
  void draft.keep();
  expect(draft.follows('newer')).toBe(false);
  expect(sent).toEqual(['mine']);
});
