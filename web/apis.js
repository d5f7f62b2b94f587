// The APIs as the playground uses them: what to send, and what an answer means in words.
//
// An answer is {tone, words, facts, place, outputs}: tone is good, bad, stopped or refused; place is
// {line, column} in the program, if the answer names one; outputs are [{name, text}].

function seconds(value) {
  return `${value < 10 ? value.toFixed(3) : value.toFixed(1)} s`;
}

function placeIn(text) {
  const found = /\bline (\d+)(?:, column (\d+))?/.exec(text ?? '');
  return found ? {line: Number(found[1]), column: Number(found[2] ?? 1)} : undefined;
}

function outputsOf(body) {
  return [{name: 'Standard output', text: body.stdout ?? ''},
          {name: 'Standard error', text: body.stderr ?? ''}];
}

function lastLine(text) {
  return text.trimEnd().split('\n').pop();
}

function readPyRunner(body) {
  const facts = [`${seconds(body.execution_time)}`];
  if (body.memory_used !== null) facts.push(`${body.memory_used} MB of memory`);
  const answer = {facts, outputs: outputsOf(body), place: placeIn(body.error)};
  switch (body.status) {
    case 'success':
      return {...answer, tone: 'good', words: 'Finished'};
    case 'timeout':
      return {...answer, tone: 'stopped', words: `Stopped: ${lastLine(body.stderr)}`};
    case 'memory_exceeded':
      return {...answer, tone: 'stopped', words: 'Stopped: memory limit exceeded'};
  }
  if (body.refusal) {
    return {...answer, tone: 'refused', facts: [], words: `Refused, not run: ${body.error}`,
            place: body.refusal};
  }
  return {...answer, tone: 'bad', words: `Failed: ${body.error}`};
}

function readCodeExecutor(body) {
  const answer = {facts: [seconds(body.execution_time), `exit code ${body.exit_code}`],
                  outputs: outputsOf(body)};
  if (body.status !== 'completed') {
    return {...answer, tone: 'stopped', words: `Stopped: ${lastLine(body.stderr)}`};
  }
  if (body.exit_code === 0) return {...answer, tone: 'good', words: 'Finished'};
  const places = [...body.stderr.matchAll(/main\.py", line (\d+)/g)];
  const line = places.length > 0 ? Number(places.at(-1)[1]) : undefined;
  return {...answer, tone: 'bad', words: `Failed: ${lastLine(body.stderr)}`,
          place: line && {line, column: 1}};
}

function readMainScript(body) {
  const outputs = [{name: 'Standard output', text: body.stdout ?? ''}];
  if ('error' in body) {
    return {tone: 'bad', words: `Failed: ${body.error}`, facts: [], outputs,
            place: placeIn(body.error)};
  }
  return {tone: 'good', words: 'Finished', facts: [],
          outputs: [{name: 'Value of main()', text: JSON.stringify(body.result, null, 2)},
                    ...outputs]};
}

export const APIS = [
  {id: 'pyrunner', name: 'PyRunner', path: '/run', read: readPyRunner,
   note: 'Runs a program; its output comes back.',
   body: (program, limits) => ({code: program, ...limits})},
  {id: 'code-executor', name: 'Code executor', path: '/code-executor/execute',
   read: readCodeExecutor,
   note: 'Runs a program; its output and its exit code come back.',
   body: (program, limits) => ({code: program, language: 'python', ...limits})},
  {id: 'nsjail', name: 'nsjail main()', path: '/nsjail/execute', read: readMainScript,
   note: 'Calls main() and returns its value as JSON. Time and memory are fixed.',
   body: (program) => ({script: program})},
  {id: 'cloudrun', name: 'Cloud Run main()', path: '/cloudrun/execute', read: readMainScript,
   note: 'Calls main() and returns its value as JSON. Time and memory are fixed.',
   body: (program) => ({script: program})},
];

// What the service says of a request that it did not run.
function complaint(body) {
  if (typeof body?.error === 'string') return body.error;
  if (typeof body?.detail === 'string') return body.detail;
  if (Array.isArray(body?.detail)) {
    return body.detail.map(({loc, msg}) => `${loc?.slice(1).join('.')}: ${msg}`).join('; ');
  }
  return 'the answer says no more';
}

export function readAnswer(api, status, body, retryAfter) {
  if (status === 200) return api.read(body);
  const answer = {tone: 'refused', facts: [`HTTP ${status}`], outputs: [],
                  place: placeIn(body?.error)};
  const again = retryAfter ? `try again in ${retryAfter} s` : '';
  const words = complaint(body);
  switch (status) {
    case 401:
      return {...answer, words: 'Not run: the service wants an API key', wantsKey: true};
    case 429:
    case 503:
      return {...answer, tone: 'stopped', words: `Not run: ${words}`,
              facts: [...answer.facts, ...(again ? [again] : [])]};
    default:
      return {...answer, words: `Not run: ${words}`};
  }
}
