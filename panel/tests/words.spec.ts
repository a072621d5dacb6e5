import * as words from '../src/words';
import { IStatus } from '../src/api';
import { check, COURSE, READY, TASK } from './course';

const steps: IStatus['steps'] = [
  { title: 'Container engine', state: 'done', seconds: 1, doing: '' },
  { title: 'kind cluster', state: 'running', seconds: 0, doing: '' }
];

test.each([
  [READY, 'externalname-course is ready.'],
  [{ ...READY, setting_up: true, steps }, 'externalname-course is being set up: step 2 of 2, kind cluster.'],
  [{ ...READY, setting_up: true }, 'externalname-course is being set up.'],
  [
    { ...READY, ready: false, node: 'gone', api: 'refused' },
    'externalname-course is not ready. Node: gone. API: refused. Next: course up, in a terminal.'
  ]
])('how the cluster is', (status, said) => expect(words.standing(status)).toBe(said));

test('steps of a set-up that ended well are not shown for a cluster that is gone', () => {
  expect(words.underWay({ ...READY, ready: false, steps: [steps[0]] })).toBe(false);
  expect(words.underWay({ ...READY, ready: false, steps })).toBe(true);
  expect(words.underWay({ ...READY, setting_up: true })).toBe(true);
});

test.each([['done', '●'], ['passed', '●'], ['in progress', '◐'], ['solution shown', '◐'], ['not begun', '○'], ['a state of tomorrow', '○']])(
  'the sign of %s',
  (state, sign) => expect(words.mark(state)).toBe(sign)
);

test('a lesson has two digits', () => {
  expect(words.numbered({ number: 2, title: 'Two' })).toBe('02 Two');
  expect(words.numbered({ number: 12, title: 'Twelve' })).toBe('12 Twelve');
});

test.each([[35, '35 min'], [119, '119 min'], [120, '2 hours'], [1108, '18 hours']])('%i minutes', (minutes, said) =>
  expect(words.lasting(minutes)).toBe(said)
);

test('how far the exercises of a lesson are', () => {
  expect(words.exercises([{ state: 'passed' }, { state: 'started' }])).toBe('2 exercises, 1 passed');
  expect(words.exercises([{ state: 'not started' }])).toBe('1 exercise, 0 passed');
});

test('the time of day is written as the terminal writes it', () => {
  expect(words.dayTime(new Date(2026, 10, 29, 9, 5, 7))).toBe('09:05:07');
});

test('a time of another day has its date', () => {
  const now = new Date(2026, 10, 29, 12, 0, 0);
  const [today, before] = [new Date(2026, 10, 29, 9, 30, 0), new Date(2026, 10, 28, 9, 30, 0)];
  expect(words.when(today.toISOString(), now)).toBe(today.toLocaleTimeString());
  expect(words.when(before.toISOString(), now)).toBe(before.toLocaleString());
});

test.each([[0, /^Nowhere/], [1, /^1 place,/], [2, /^2 places,/]])('%i places', (count, said) => expect(words.places(count)).toMatch(said));

test('lights are counted, and trouble is said instead', () => {
  const lights = { checks: [check('a', true), check('b', false)], asked: '2026-11-29T12:00:00+00:00', trouble: '', paused: false };
  expect(words.counted(lights)).toBe('Lights: 1 of 2 are green.');
  expect(words.counted({ ...lights, trouble: 'no cluster' })).toBe('No lights: no cluster');
  const before = { ...lights, checks: [], asked: '' };
  expect(words.counted(before)).toBe('Lights: the cluster is being asked.');
  expect(words.counted({ ...before, paused: true })).toBe('Lights: not asked yet, something of yours is at work.');
});

test.each([
  ['nothing', [check('a', true)], [check('a', true)], ''],
  ['one', [check('a', false), check('b', false)], [check('a', true), check('b', false)], 'a turned green.'],
  ['all of two', [check('a', false), check('b', false)], [check('a', true), check('b', true)], 'All turned green.'],
  ['one of one', [check('a', true)], [check('a', false)], 'a turned red.'],
  ['both, in different ways', [check('a', true), check('b', false)], [check('a', false), check('b', true)], 'a turned red. b turned green.'],
  ['one that was not there before', [], [check('a', true)], '']
])('what turned: %s', (_, before, now, said) => expect(words.turned(before, now)).toBe(said));

test('a verdict counts what passed', () => {
  expect(words.verdict({ passed: false, checks: [check('a', true), check('b', false)] })).toBe('Not passed yet: 1 of 2 checks pass');
  expect(words.verdict({ passed: true, checks: [check('a', true)] })).toBe('Passed: 1 of 1 checks pass');
});

const open = (can: ReturnType<typeof words.verbs>) => Object.entries(can).filter(([, { off }]) => !off).map(([verb]) => verb);

test('before a lab is begun, that is what there is to do', () => {
  const can = words.verbs({ ...TASK, running: false }, false);
  expect(open(can)).toEqual(['start', 'hint']);
  expect(can.start.primary).toBe(true);
  expect(can.check).toEqual({ off: 'Begin first.', primary: false });
});

test('one that is running is checked', () => {
  const can = words.verbs(TASK, false);
  expect(open(can)).toEqual(['start', 'check', 'hint', 'solution', 'apply']);
  expect([can.check.primary, can.start.primary]).toEqual([true, false]);
  expect(words.verbs({ ...TASK, explanation: 'Because.' }, false).check).toEqual({ off: '', primary: false });
});

test('while a verb is at work, none begins, and each says why', () => {
  expect(Object.values(words.verbs(TASK, true)).map(({ off }) => off)).toEqual(Array(5).fill('One thing at a time.'));
});

test('a solution that is held back is not offered, and the button says why', () => {
  const can = words.verbs(TASK, false, true);
  expect(open(can)).toEqual(['start', 'check', 'hint', 'apply']);
  expect(can.solution.off).toContain('facilitator');
});

test('an exercise needs no beginning; one that is handed in is checked in the notebook; hints end', () => {
  const exercise = { ...TASK, kind: 'exercise' as const, running: false, hands_in: true, hints_left: 0 };
  const can = words.verbs(exercise, false);
  expect(can.solution.off).toBe('');
  expect(can.check.off).toContain('in the notebook');
  expect(can.hint.off).toBe('All hints are read.');
});

const EXERCISE = { ...TASK, kind: 'exercise' as const, running: false };

test.each([
  ['a lab that was not begun', { ...TASK, running: false, checked: 'once' }, 'Begin', /^$/],
  ['a lab that is running', TASK, 'Begin afresh', /in the cluster for it is removed/],
  ['an exercise that was never begun, whose beginning clears the cluster', EXERCISE, 'Begin', /in the cluster for it is removed/],
  ['one that was checked', { ...EXERCISE, checked: 'once' }, 'Begin afresh', /in the cluster for it is removed/],
  ['one that changes no cluster', { ...EXERCISE, sets_up: false }, 'Begin', /^$/],
  ['the same, when it is running', { ...EXERCISE, sets_up: false, running: true }, 'Begin afresh', /^The cluster stays as it is/]
])('what is asked before a fresh try of %s', (_, task, label, ask) => {
  expect(words.beginning(task).label).toBe(label);
  expect(words.beginning(task).ask).toMatch(ask);
});

test.each([['a.b', undefined], ['dig', 'dig'], ['dig-text', 'dig'], ['dig-start', 'dig'], ['dig-check', 'dig'], ['dig-chain', undefined], ['my-dig', undefined]])(
  'the exercise of the cell %s',
  (cell, slug) => expect(words.exerciseAt([{ slug: 'a.+b' }, { slug: 'dig' }], cell)?.slug).toBe(slug)
);

test.each([['', '', 'all-of-it'], ['', 'evening', 'evening'], ['all-of-it', 'evening', 'all-of-it'], ['', 'of-tomorrow', 'evening']])(
  'of %j picked and %j chosen that way is shown',
  (picked, path, slug) => {
    const routes = ['evening', 'all-of-it'].map(name => ({ slug: name, title: '', minutes: 0, lessons: [], labs: [] }));
    expect(words.shownWay({ ...COURSE, routes, path }, picked).slug).toBe(slug);
  }
);

const EXERCISES = [{ slug: 'dig', title: '', state: '' }];
const WHERE = {
  ...COURSE,
  lessons: [{ ...COURSE.lessons[0], exercises: EXERCISES }],
  labs: [{ slug: 'loop', title: '', state: '', lesson: 'start', notebook: 'lab_loop.ipynb', level: '', minutes: 5 }]
};

test.each([
  ['00_start.ipynb', 'dig-check', 'dig'],
  ['00_start.ipynb', 'map', undefined],
  ['lab_loop.ipynb', 'any', 'loop'],
  ['mine.ipynb', 'dig', undefined]
])('the task of %s at %s', (notebook, cell, slug) => expect(words.taskAt(WHERE, notebook, cell)).toBe(slug));

test.each([
  ['00_start.ipynb', 'course notebook reset start'],
  ['lab_loop.ipynb', 'course notebook reset loop'],
  ['mine.ipynb', '']
])('how to get %s back', (notebook, command) => expect(words.freshCopy(WHERE, notebook)).toBe(command));

test.each([
  ['#cell-id=dig', 'dig'],
  ['/lab/tree/02.ipynb#cell-id=dig', 'dig'],
  ['%23cell-id%3Ddig', 'dig'],
  ['#A-heading', ''],
  ['#100%', ''],
  ['', '']
])('the cell that %s names', (fragment, cell) => expect(words.cellOf(fragment)).toBe(cell));

test('of a block of commands those that look or do something here, the last one first', () => {
  expect(words.commandsOf('$ ls\n  kubectl get pods\ncourse status\ncoursework\nrm -rf x\ndig a.example')).toEqual([
    'dig a.example',
    'course status',
    'kubectl get pods'
  ]);
});

test.each([
  ['db.example.com.', 'db.example.com.'],
  ['a b', "'a b'"],
  ['$(rm x)', "'$(rm x)'"],
  ["it's; x", "'it'\\''s; x'"],
  ['a\nb', "'a\nb'"],
  ['', "''"]
])('%j for a shell', (word, safe) => expect(words.quoted(word)).toBe(safe));

test('what is quoted is one word of a real shell, and nothing runs', () => {
  const { execFileSync } = jest.requireActual<typeof import('child_process')>('child_process');
  for (const word of ["it's", '$(echo run)', '`echo run`', 'a;echo run', '"', '\\', 'a\nb', '*']) {
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${words.quoted(word)}`]).toString()).toBe(word);
  }
});

test.each([
  ['from course import lesson\nlesson.begin("first_externalname")', true],
  ['lesson.begin("x", upto="y")', true],
  ['# as lesson.begin("x") did', false],
  ['lesson.begins', false]
])('whether %j begins a lesson', (source, does) => expect(words.begins(source)).toBe(does));

test('a picture takes the colours of the theme, and its own where the theme has none', () => {
  const svg = '<rect style="fill:var(--paper,#fff);stroke:var(--ink,black)"/><text>var(--x</text>';
  expect(words.themed(svg, name => ({ '--paper': ' #111111' })[name] ?? '')).toBe(
    '<rect style="fill:#111111;stroke:black"/><text>var(--x</text>'
  );
  expect(words.themed(svg, () => '"/><script>')).toContain('fill:#fff;stroke:black');
  expect(words.themed('a:var(--paper,#fff)', () => 'rgb(1, 2, 3)')).toBe('a:rgb(1, 2, 3)');
});
