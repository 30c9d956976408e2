import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

for (const command of [
  `n=('$(sudo ls)'); : "\${n[0]@P}"`,
  `n=('$(sudo ls)'); : "\${n[@]@P}"`,
  `n='$(sudo ls)'; : "\${n[*]@P}"`,
  `m='$(sudo ls)'; n=m; : "\${!n@P}"`,
  `set -- '$(sudo ls)'; n=1; : "\${!n@P}"`,
  `n='$(sudo ls)'; [[ \${n@P} ]]`,
  `n='$(sudo ls)'; case \${n@P} in x) ;; esac`,
  `n='$(sudo ls)'; x=a; : \${x/\${n@P}/}`,
  `n='$(sudo ls)'; x=a; : \${x#\${n@P}}`,
  `n='$(sudo ls)'; : \${a[\${n@P}]}`,
  `n='$(sudo ls)'; : "\${n[0]@P}"{a,b}`,
]) {
  test(`a value that is expanded as a prompt is asked about wherever that stands: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'ask');
  });
}

for (const command of [
  "f() { : $(($1)); }; f 'b[$(sudo ls)]'",
  `f() { : $(("$1")); }; f 'b[$(sudo ls)]'`,
  "f() { : $(( $* + 1 )); }; f 'b[$(sudo ls)]'",
  "f() { (( $1 )); }; f 'b[`sudo ls`]'",
  "f() { a[$1]=1; }; f 'b[$(sudo ls)]'",
  "f() { a=([$1]=1); }; f 'b[$(sudo ls)]'",
  "f() { : ${a[$1]}; }; f 'b[$(sudo ls)]'",
  "f() { : ${y:$1}; }; f 'b[$(sudo ls)]'",
  "f() { : ${y:0:$1}; }; f 'b[$(sudo ls)]'",
  "f() { : ${!1}; }; f 'b[$(sudo ls)]'",
  "f() { [[ -v $1 ]]; }; f 'b[$(sudo ls)]'",
  "f() { [[ $# -gt 0 && 1 -lt $1 ]]; }; f 'b[$(sudo ls)]'",
  "f() { for ((i=$1; i<1; i++)); do :; done; }; f 'b[$(sudo ls)]'",
  "f() { exec {a[$1]}> x; }; f 'b[$(sudo ls)]'",
  "f() { local a=$1; ((a)); }; f 'b[$(sudo ls)]'",
  "bash -c '[[ $1 -eq 1 ]]' _ 'b[$(sudo ls)]'",
  "bash -c ': $(($0))' 'b[$(sudo ls)]'",
  "for x in 'b[$(sudo ls)]'; do :; done; : $((x))",
  "select x in 'b[$(sudo ls)]'; do : $((x)); done <<< 1",
]) {
  test(`arithmetic runs the subscript of an argument: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'deny');
  });
}

for (const command of [
  "mapfile x <<< 'b[$(sudo ls)]'; : $((x))",
  "mapfile -t x <<< 'b[$(sudo ls)]'; : $((x[0]))",
  "mapfile <<< 'b[$(sudo ls)]'; : $((MAPFILE))",
  "read <<< 'b[$(sudo ls)]'; : $((REPLY))",
  ": 'b[$(sudo ls)]'; : $((_))",
  "[[ 'b[$(sudo ls)]' =~ .* ]]; : $((BASH_REMATCH))",
  "echo 'b[$(sudo ls)]' | while read x; do : $((x)); done",
  "echo 'b[$(sudo ls)]' | { read x; : $((x)); }",
  "while read x; do (( x )); done <<< 'b[$(sudo ls)]'",
  "while IFS= read -r x; do : $((x)); done < <(echo 'b[$(sudo ls)]')",
  "while read -r x; do : $((x)); done <<'E'\nb[$(sudo ls)]\nE",
  "read a x <<< 'z b[$(sudo${IFS}ls)]'; : $((x))",
  String.raw`read x <<< 'b[$\(sudo ls)]'; : $((x))`,
  String.raw`read -d '' x <<< $'b[\n$(sudo ls)]'; : $((x))`,
  "read a <<< 'b['; read c <<< '$(sudo ls)]'; : $(($a$c))",
  String.raw`printf -v x 'b[\x24(sudo ls)]'; : $((x))`,
  String.raw`printf -v x 'b\x5b\44\x28sudo ls)]'; : $((x))`,
  "printf -v x 'b[%s(sudo ls)]' '$'; : $((x))",
  "printf -v x '%s%s' 'b[' '$(sudo ls)]'; : $((x))",
  String.raw`x=$(printf 'b[\x24(sudo ls)]'); : $((x))`,
  "x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); [[ x -eq 1 ]]",
  "x=$(sed 's/Z/$/' <<< 'b[Z(sudo ls)]'); : $((x))",
  "x=$(rev <<< '])sl odus($[b'); : $((x))",
  "x=$(tr AB '[$' <<< 'bAB(sudo ls)]'); : $((x))",
  'x=$(base64 -d <<< YlskKHN1ZG8gbHMpXQo=); : $((x))',
  "echo $(( $(tr Z '$' <<< 'b[Z(sudo ls)]') ))",
  "x='b[Z(sudo ls)]'; : $((${x/Z/$}))",
  "f() { shift; : $((${1/Z/$})); }; f 1 'b[Z(sudo ls)]'",
  "x=(b '[$(sudo ls)]'); : $((${x[0]}${x[1]}))",
  "echo 'b[$(sudo ls)]' > z; read x < z; : $((x))",
  "cat > z <<'E'\nb[$(sudo ls)]\nE\nread x < z; : $((x))",
  "touch 'b[$(sudo ls)]'; for f in b*; do ((f)); done",
  "touch 'b[$(sudo ls)]'; find . -name 'b*' -exec bash -c '(( $1 ))' _ {} +",
  "f() { while (( $# )); do : $(($1)); shift; done; }; f 1 'b[$(sudo ls)]'",
  "declare -i y; x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); y=$x",
  "x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); RANDOM=$x",
  "x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); OPTIND=$x",
  "x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); a[$x]=1",
  `x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); read "a[$x]" <<< 1`,
  `x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); test -v "$x"`,
  "x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); : ${!x}",
  "x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); : ${y:x}",
  `x=$(tr Z '$' <<< 'b[Z(sudo ls)]'); mksh -c 'shift "$1"' _ "$x"`,
  "read x <<< 'b[$(sudo ls)]'; declare 'a[x]=1'",
  "trap ': $((x))' EXIT; read x <<< 'b[$(sudo ls)]'",
]) {
  test(`arithmetic over what a subscript on the line may have come to is asked about: ${command}`, () => {
    assert.notEqual(decideLine(command).verdict, 'allow');
  });
}

for (const command of [
  'n=$(wc -l < src/a.ts); echo $((n+1))',
  "n=$(grep -c '[(]' src/a.ts); echo $((n))",
  "n=$(grep -cE '^(a|b)[0-9]+$' src/a.ts); (( n > 0 )) && echo yes",
  "v=$(node -v | sed -E 's/v([0-9]+).*/\\1/'); [[ $v -ge 20 ]] && echo ok",
  "awk '{a[tolower($1)]++} END {print length(a)}' src/a.ts; n=$(ls | wc -l); echo $((n))",
  "n=$(jq '[.items[] | select(.ok)] | length' package.json); echo $((n * 2))",
  "bash -c 'n=$(wc -l < src/a.ts); [[ $n -gt 3 ]] && echo many'",
  "timeout 60 bash -c 'until [[ $(ls | wc -l) -gt 3 ]]; do sleep 1; done'",
  'total=0; for f in src/*; do n=$(wc -l < "$f"); total=$((total + n)); done; echo "$total [lines] (all)"',
  'f() { echo $(($1 + $2)); }; f 3 4',
  'f() { for ((i=0; i<$1; i++)); do echo $i; done; }; f 3',
  'a=(1 2 3); for ((i=0; i<${#a[@]}; i++)); do echo "${a[$i]}"; done',
  'declare -A m; while read -r k v; do m[$k]=$v; done < src/a.ts; echo ${m[a]}',
  "n=$(wc -l < src/a.ts); cat > src/x.py <<'E'\nprint(arr[len(arr)-1])\nE\necho $((n))",
  'x=\'b[$i]\'; echo "$x" "${x@Q}"',
  '[[ "$v" =~ ^([0-9]+) ]] && (( BASH_REMATCH[1] > 3 )) && echo ok',
  'x=abcdef; n=2; echo ${x:$n:2} ${x:n} "${!n}"',
  'while getopts ab: o; do echo $o; done; shift $((OPTIND - 1)); OPTIND=1',
]) {
  test(`arithmetic that nothing on the line reaches is nothing to ask about: ${command}`, () => {
    assert.equal(decideLine(command).verdict, 'allow');
  });
}
