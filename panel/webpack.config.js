// Else a module's number is made of its path, this folder's own included: another clone would build other files.
module.exports = { optimization: { moduleIds: 'natural' } };
