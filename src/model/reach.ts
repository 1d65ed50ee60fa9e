/** What the code of a failed connection says. Pure. */

/** No server answered: `code` is an errno, or there is none. A SQLSTATE is an answer, and so is a certificate that nobody vouches for. */
export function isSilent(code: string | undefined): boolean {
  return code === undefined || (code.startsWith('E') && !code.startsWith('ERR_'));
}
