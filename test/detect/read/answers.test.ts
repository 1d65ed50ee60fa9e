import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswers } from '../../../src/detect/read/answers.ts';
import { dwh } from '../../../src/layouts/otopi/dwh.ts';
import { engine } from '../../../src/layouts/otopi/engine.ts';

const ENGINE = engine.database!.answers!;
const DWH = dwh.database!.answers!;
const file = (...lines: string[]) => `# action=setup\n[environment:default]\n${lines.join('\n')}\n`;

describe('answer files', () => {
  test('up to 4.2 hold keys of the environment', () => {
    const text = file(
      'OVESETUP_DB/host=str:db.example',
      'OVESETUP_DB/port=int:5433',
      'OVESETUP_DB/user=str:engine',
      'OVESETUP_DB/password=str:50%:x',
      'OVESETUP_DB/database=str:engine',
      'OVESETUP_DB/secured=bool:True',
      'OVESETUP_DB/securedHostValidation=bool:True',
      'OVESETUP_DWH_DB/password=none:None',
      'OVESETUP_PROVISIONING/postgresProvisioningEnabled=bool:False',
    );
    expect(readAnswers(text, ENGINE)).toEqual({
      credentials: {
        host: 'db.example',
        port: 5433,
        database: 'engine',
        role: 'engine',
        password: '50%:x',
        secured: true,
        validation: true,
      },
      providedByOthers: true,
      problems: [],
    });
    expect(readAnswers(text, DWH)).toEqual({ credentials: null, providedByOthers: null, problems: [] });
  });

  test('since 4.3 hold questions; the last answer is the one that worked', () => {
    const text = file(
      'QUESTION/1/OVESETUP_DWH_PROVISIONING_POSTGRES_LOCATION=str:remote',
      'QUESTION/1/OVESETUP_DWH_DB_HOST=str:db.example',
      'QUESTION/1/OVESETUP_DWH_DB_PORT=str:5432',
      'QUESTION/1/OVESETUP_DWH_DB_SECURED=str:yes',
      'QUESTION/1/OVESETUP_DWH_DB_SECURED_HOST_VALIDATION=str:no',
      'QUESTION/1/OVESETUP_DWH_DB_DATABASE=str:history',
      'QUESTION/1/OVESETUP_DWH_DB_USER=str:dwh',
      'QUESTION/10/OVESETUP_DWH_DB_PASSWORD=str:third',
      'QUESTION/1/OVESETUP_DWH_DB_PASSWORD=str:first',
      'QUESTION/2/OVESETUP_DWH_DB_PASSWORD=str:second',
    );
    expect(readAnswers(text, DWH)).toMatchObject({
      credentials: {
        host: 'db.example',
        port: 5432,
        database: 'history',
        role: 'dwh',
        password: 'third',
        secured: true,
        validation: false,
      },
      providedByOthers: true,
    });
    expect(readAnswers(text, ENGINE)).toMatchObject({ credentials: null, providedByOthers: null });
  });

  test('of a local database made by hand name no host', () => {
    const text = file(
      'QUESTION/1/OVESETUP_PROVISIONING_POSTGRES_ENABLED=str:Manual',
      'QUESTION/1/OVESETUP_PROVISIONING_POSTGRES_LOCATION=str:Local',
      'QUESTION/1/OVESETUP_ENGINE_DB_DATABASE=str:engine',
      'QUESTION/1/OVESETUP_ENGINE_DB_PASSWORD=str:secret',
      'QUESTION/1/OVESETUP_ENGINE_DB_SECURED=str:no',
      'QUESTION/1/OVESETUP_ENGINE_DB_USER=str:engine',
    );
    expect(readAnswers(text, ENGINE)).toMatchObject({
      credentials: { host: 'localhost', port: 5432, role: 'engine', password: 'secret', secured: false },
      providedByOthers: true,
    });
  });

  test('of a database that setup made say so, by the first answer: managed block storage asks under the same name', () => {
    const text = file(
      'QUESTION/1/OVESETUP_PROVISIONING_POSTGRES_LOCATION=str:local',
      'QUESTION/1/OVESETUP_PROVISIONING_POSTGRES_ENABLED=str:automatic',
      'QUESTION/2/OVESETUP_PROVISIONING_POSTGRES_LOCATION=str:remote',
    );
    expect(readAnswers(text, ENGINE)).toMatchObject({ credentials: null, providedByOthers: false });
    const made = file('OVESETUP_DWH_PROVISIONING/postgresProvisioningEnabled=bool:True');
    expect(readAnswers(made, DWH).providedByOthers).toBe(false);
  });

  test('with a bad port have no credentials; no text makes the reader throw', () => {
    const text = file(
      'OVESETUP_DB/host=str:h',
      'OVESETUP_DB/port=str:x',
      'OVESETUP_DB/user=str:u',
      'OVESETUP_DB/database=str:d',
    );
    expect(readAnswers(text, ENGINE).credentials).toBeNull();
    const line = fc.oneof(
      fc.constantFrom(
        'OVESETUP_DB/host=multi-str:a',
        'OVESETUP_DB/user=bool:True',
        'QUESTION/1/OVESETUP_ENGINE_DB_HOST=none:None',
        'QUESTION/x/=',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        readAnswers(file(...lines), ENGINE);
      }),
      { numRuns: 3000 },
    );
  });
});
