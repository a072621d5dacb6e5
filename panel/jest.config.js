// JupyterLab's own settings for Jest; what differs: where our tests are, and no report files.
const jupyterlab = require('@jupyterlab/testing/lib/jest-config');

const base = jupyterlab(__dirname);
const modules = ['@jupyterlab', '@jupyter', '@codemirror', '@marijn', '@microsoft', 'exenv-es6', 'lib0', 'marked', 'nanoid', 'y-protocols', 'yjs'];

module.exports = {
  ...base,
  modulePathIgnorePatterns: ['<rootDir>/labextensions/'], // its package has our name
  reporters: ['default'],
  testRegex: '/tests/.*[.]spec[.]tsx?$',
  transformIgnorePatterns: [`/node_modules/(?!(${modules.join('|')})/)`]
};
