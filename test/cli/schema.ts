/** Holds reports against schema/report.schema.json. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

export const SCHEMA = JSON.parse(readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8')) as {
  [key: string]: Json;
};

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The schema as this version of the program must fulfil it: readers pass over fields they do not know, but every field that is printed must be in the
 * schema. So each object that lists its properties may have no others.
 */
function strict(value: Json): Json {
  if (Array.isArray(value)) return value.map(strict);
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, strict(inner)]));
  const { type, properties } = value;
  // Conditions (if, then, oneOf) name a few properties without a type, and are left open.
  return type === 'object' && properties ? { ...copy, additionalProperties: false } : copy;
}

function validator(schema: Json): (report: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  const validate = ajv.compile(schema as object);
  return (report) =>
    validate(report) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** What a reader may rely on: complaints, empty where there are none. */
export const validateAsReader = validator(SCHEMA);

const validateStrictly = validator({ ...(strict(SCHEMA) as object), $id: 'strict' });

/** What this version of the program may print: complaints, empty where there are none. */
export function validateReport(report: unknown): string[] {
  return [...validateAsReader(report), ...validateStrictly(report)];
}
