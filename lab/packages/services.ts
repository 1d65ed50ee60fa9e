/**
 * Files of a packaged service: a unit or a SysV script, and the program that it runs. The program waits for ever, unless a test put one of its own in
 * `/lab/services/NAME` (executable; started as the service's user): that takes its place.
 */
import type { Edition } from './editions.ts';
import { file, type Owned, type Service } from './model.ts';

export function isSysv({ init }: Service, edition: Edition): boolean {
  return init === 'sysv' || edition.init === 'sysv';
}

export function serviceFiles(service: Service, edition: Edition): Owned[] {
  const { name } = service;
  const start = isSysv(service, edition)
    ? file(`/etc/init.d/${name}`, script(name), { mode: 0o755 })
    : file(`/usr/lib/systemd/system/${name}.service`, unit(service));
  return [start, file(programOf(name), service.program ?? waiting(name), { mode: 0o755 })];
}

const programOf = (name: string): string => `/usr/libexec/lab-services/${name}`;

function waiting(name: string): string {
  return `#!/bin/sh
[ -x /lab/services/${name} ] && exec /lab/services/${name}
exec /bin/sleep infinity
`;
}

function unit({ name, user, reload }: Service): string {
  return `[Unit]
Description=${name} (stand-in)
[Service]
ExecStart=${programOf(name)}
${reload === undefined ? '' : `ExecReload=${reload}\nExecReload=/bin/kill -HUP $MAINPID\n`}${user === undefined ? '' : `User=${user}\n`}[Install]
WantedBy=multi-user.target
`;
}

/** Exit codes of `status` are those of the Linux Standard Base. */
function script(name: string): string {
  return `#!/bin/sh
# chkconfig: - 65 34
# description: ${name} (stand-in)
# pidfile: /var/run/${name}.pid
### BEGIN INIT INFO
# Provides: ${name}
# Required-Start: $local_fs
# Required-Stop: $local_fs
# Default-Start: 3 4 5
# Default-Stop: 0 1 2 6
### END INIT INFO
pidfile=/var/run/${name}.pid
pid=$(cat $pidfile 2>/dev/null)
# A process that ended and was not waited for (state Z) does not run.
runs() { [ -n "$pid" ] && grep -qs '^State:.[^Z]' "/proc/$pid/status"; }
case "$1" in
  start)
    runs && exit 0
    ${programOf(name)} </dev/null >/dev/null 2>&1 &
    echo $! >$pidfile
    ;;
  stop)
    runs && kill "$pid"
    tries=0
    while runs; do
      tries=$((tries + 1)); [ $tries -gt 200 ] && exit 1
      sleep 0.05
    done
    rm -f $pidfile
    ;;
  restart) "$0" stop && exec "$0" start ;;
  reload) runs && kill -HUP "$pid" ;;
  status)
    runs && exit 0
    [ -e $pidfile ] && exit 1
    exit 3
    ;;
  *) exit 2 ;;
esac
`;
}
