// Names the tests that failed first and passed when they were tried again: on a busy machine the one or other does. They are to be mended like those that fail.
export default class FlakyReporter {
  #flaky = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky) this.#flaky.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd() {
    if (this.#flaky.length === 0) return;
    process.stdout.write(`\nPassed only when tried again:\n  ${this.#flaky.join('\n  ')}\n`);
  }
}
