/** Names that setup makes up: times and random endings. */
import { randomBytes, randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_';
const PASSWORD_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function pick(letters: string, count: number): string {
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('');
}

/** Eight characters, as Python's mkstemp makes them: `/tmp/tmpk3v9_a2x`, `NAME.k3v9_a2x.tmp`. */
export function randomSuffix(): string {
  return pick(LETTERS, 8);
}

/** A generated database password: 8 characters in 3.3, 22 letters and digits later. */
export function generatedPassword(length: number): string {
  return pick(PASSWORD_LETTERS, length);
}

export function uuid(): string {
  return randomBytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Some digits, as the copies of 3.0's XML files end with. */
export function randomDigits(): string {
  return String(randomInt(1_000_000, 10_000_000));
}

function parts(date: Date): string[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    String(date.getFullYear()),
    ...[date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()].map(two),
  ];
}

/** Local time `YYYYmmddHHMMSS`, in the names of otopi's copies, records and databases. */
export function timestamp(date = new Date()): string {
  return parts(date).join('');
}

/** The first time from now on that is in no name yet: a real setup takes minutes, this one may be run twice in a second. */
export function unusedTimestamp(isUsed: (timestamp: string) => boolean): string {
  for (let time = Date.now(); ; time += 1000) {
    const text = timestamp(new Date(time));
    if (!isUsed(text)) return text;
  }
}

/** Local time `Y_m_d_H_M_S`, in the names that 3.0 to 3.2 make. */
export function underscoredTimestamp(date = new Date()): string {
  return parts(date).join('_');
}

/** `HMS-mdY_PID`, in the names of the copies that 3.0 to 3.2 make of other products' files. */
export function copySuffix(date = new Date()): string {
  const [year, month, day, ...time] = parts(date);
  return `${time.join('')}-${month}${day}${year}_${process.pid}`;
}
