/** `chkconfig`, which Debian does not have: makes the links of /etc/rcN.d by the header of a script (`# chkconfig: - 65 34`: levels that start it when added, order to start, order to stop). */
export const CHKCONFIG = `#!/bin/sh
links() { rm -f /etc/rc[0-6].d/[SK][0-9][0-9]"$name"; }
case "$1" in
  --add | --del) name=$2; word=$1 ;;
  *) name=$1; word=$2 ;;
esac
if [ ! -f "/etc/init.d/$name" ]; then
  echo "error reading information on service $name: No such file or directory" >&2
  exit 1
fi
set -- $(sed -n 's/^# chkconfig: //p' "/etc/init.d/$name")
case "$word" in
  --del) links; exit 0 ;;
  --add) start=$1 ;;
  on) start=2345 ;;
  off) start=- ;;
  '') ls /etc/rc[0-6].d/S[0-9][0-9]"$name" >/dev/null 2>&1; exit ;;
  *) exit 2 ;;
esac
links
for level in 0 1 2 3 4 5 6; do
  case "$start" in
    *$level*) ln -s "../init.d/$name" "/etc/rc$level.d/S$2$name" ;;
    *) ln -s "../init.d/$name" "/etc/rc$level.d/K$3$name" ;;
  esac
done
`;
