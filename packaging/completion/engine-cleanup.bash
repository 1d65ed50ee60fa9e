# Completion of engine-cleanup for bash. The words between "generated" and "end" come from the program's own tables: npm run packaging.
# Written for plain bash: the package bash-completion is not needed.

_engine_cleanup() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()

  # bash breaks --name=value into three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = && $COMP_CWORD -ge 2 ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  # generated: words
  local words='plan verify runs restore'
  local options='--unattended -u --dont-drop-db -d --json --root --keep-pki --keep-changed --drop-old-databases --backup-dir --no-backup --log --config --timeout --force --prune --no-color --verbose -v --help -h --version -V'
  local directories='--root --backup-dir'
  local files='--log --config'
  local checks='foreign-objects hosted-engine old-answers half-built keep-pki overwrite shared-database'
  # end

  case " $directories " in *" $previous "*)
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -d -- "$current")
    return
    ;;
  esac
  case " $files " in *" $previous "*)
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
    ;;
  esac
  case $previous in
    --force)
      mapfile -t COMPREPLY < <(compgen -W "$checks" -- "$current")
      return
      ;;
    --timeout | --prune) return ;;
  esac

  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    return
  fi
  # One word is enough.
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $words " in *" $word "*) return ;; esac
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _engine_cleanup engine-cleanup
