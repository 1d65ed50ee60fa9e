import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { answerOf, openQuestions } from '../../src/cli/ask.ts';
import { InterruptedError } from '../../src/model/errors.ts';
import { Sink } from './samples.ts';

function conversation(stop?: AbortSignal) {
  const input = new PassThrough();
  const output = new Sink();
  return { input, output, questions: openQuestions(input, output, stop) };
}

describe('a question', () => {
  test.each([
    ['yes', undefined, true],
    ['y', undefined, true],
    [' YES\t', undefined, true],
    ['no', undefined, false],
    ['N', true, false],
    ['', undefined, null],
    ['', true, true],
    ['', false, false],
    ['yess', true, null],
    ['0', false, null],
  ])('%j with default %s is %s', (line, fallback, answer) => {
    expect(answerOf(line, fallback)).toBe(answer);
  });

  test('shows what an empty answer means', async () => {
    const { input, output, questions } = conversation();
    input.write('yes\n\n\n');
    expect([
      await questions.ask('Drop?'),
      await questions.ask('Keep?', { default: true }),
      await questions.ask('Proceed?', { default: false }),
    ]).toEqual([true, true, false]);
    expect(output.text).toBe('Drop? (yes/no): Keep? (yes/no) [yes]: Proceed? (yes/no) [no]: ');
    questions.end();
  });

  test('is asked again until it is answered', async () => {
    const { input, output, questions } = conversation();
    input.write('maybe\n\nof course\nno\n');
    expect(await questions.ask('Drop?')).toBe(false);
    expect(output.text).toBe(`Drop? (yes/no): ${'Please answer yes or no (yes/no): '.repeat(3)}`);
    questions.end();
  });

  test('at the end of input is answered no, whatever its default, and so are all that follow', async () => {
    const { input, output, questions } = conversation();
    input.end('yes');
    expect(await questions.ask('First?')).toBe(true);
    expect(await questions.ask('Second?', { default: true })).toBe(false);
    expect(await questions.ask('Third?')).toBe(false);
    expect(output.text.match(/End of input: taken as no/g)).toHaveLength(2);
  });

  test('on a terminal that is gone is answered no', async () => {
    const { input, questions } = conversation();
    const answer = questions.ask('Drop?', { default: true });
    setImmediate(() => input.destroy(new Error('EIO')));
    expect(await answer).toBe(false);
  });

  test('ends with a stop signal, also one that came before', async () => {
    const stop = new AbortController();
    const { output, questions } = conversation(stop.signal);
    const answer = questions.ask('Drop?');
    setImmediate(() => stop.abort());
    await expect(answer).rejects.toThrow(InterruptedError);
    expect(output.text).toBe('Drop? (yes/no): \n');
    await expect(questions.ask('Proceed?')).rejects.toThrow(InterruptedError);
    expect(output.text).not.toContain('Proceed');
  });
});
