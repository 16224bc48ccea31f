// Reads lines "expression TAB value TAB why" and evaluates each expression with cel-go: both must have
// the same value, or both an error. Differences that are meant stand in the file of the first
// argument: a regular expression, two spaces, '#', the reason.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"regexp"
	"sort"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"
)

// The same as in ../main.c.
var variables = map[string]any{
	"i": int64(3), "u": uint64(4), "d": 2.5, "s": "abc", "y": []byte("\xC3\x28"), "b": true,
	"li": []int64{5, -2, 0, 5}, "ls": []string{"b", "ab", "\u00e9"},
	"m": map[string]int64{"a": 42, "abc": -7},
	"t": time.Unix(1234567890, 123456789).UTC(), "r": 3661500 * time.Millisecond, "x": int64(3),
}

func environment() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("i", cel.IntType), cel.Variable("u", cel.UintType),
		cel.Variable("d", cel.DoubleType), cel.Variable("s", cel.StringType),
		cel.Variable("y", cel.BytesType), cel.Variable("b", cel.BoolType),
		cel.Variable("li", cel.ListType(cel.IntType)), cel.Variable("ls", cel.ListType(cel.StringType)),
		cel.Variable("m", cel.MapType(cel.StringType, cel.IntType)),
		cel.Variable("t", cel.TimestampType), cel.Variable("r", cel.DurationType),
		cel.Variable("x", cel.DynType),
		cel.OptionalTypes(),
		ext.Strings(), ext.Math(), ext.Lists(), ext.Sets(), ext.Encoders(), ext.Bindings(),
		ext.TwoVarComprehensions(), ext.Network())
}

func text(v ref.Val) string {
	switch v := v.(type) {
	case types.Null:
		return "null"
	case types.Bool:
		return fmt.Sprint(bool(v))
	case types.Int:
		return fmt.Sprintf("i%d", int64(v))
	case types.Uint:
		return fmt.Sprintf("u%d", uint64(v))
	case types.Double:
		if math.IsNaN(float64(v)) {
			return "dNaN"
		}
		return fmt.Sprintf("d%016x", math.Float64bits(float64(v)))
	case types.String:
		return "s" + hex.EncodeToString([]byte(v))
	case types.Bytes:
		return "y" + hex.EncodeToString(v)
	case types.Timestamp:
		return fmt.Sprintf("t%d.%09d", v.Unix(), v.Nanosecond())
	case types.Duration:
		seconds := int64(v.Duration) / 1e9
		nanos := int64(v.Duration) % 1e9
		if nanos < 0 {
			seconds, nanos = seconds-1, nanos+1e9
		}
		return fmt.Sprintf("r%d.%09d", seconds, nanos)
	case *types.Type:
		return "type(" + v.TypeName() + ")"
	case *types.Optional:
		if !v.HasValue() {
			return "none"
		}
		return "some(" + text(v.GetValue()) + ")"
	case traits.Mapper:
		var entries []string
		for it := v.Iterator(); it.HasNext() == types.True; {
			key := it.Next()
			entries = append(entries, text(key)+":"+text(v.Get(key))+",")
		}
		sort.Strings(entries)
		return "{" + strings.Join(entries, "") + "}"
	case traits.Lister:
		out := "["
		for it := v.Iterator(); it.HasNext() == types.True; {
			out += text(it.Next()) + ","
		}
		return out + "]"
	}
	return "other"
}

func evaluate(env *cel.Env, source string) (value, why string) {
	ast, issues := env.Compile(source)
	if issues.Err() != nil {
		return "error", issues.Err().Error()
	}
	program, err := env.Program(ast)
	if err != nil {
		return "error", err.Error()
	}
	out, _, err := program.Eval(variables)
	if err != nil {
		return "error", err.Error()
	}
	return text(out), ""
}

type exception struct {
	pattern *regexp.Regexp
	used    int
}

func readExceptions(path string) (list []*exception) {
	data, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if pattern, _, ok := strings.Cut(line, "  # "); ok {
			list = append(list, &exception{pattern: regexp.MustCompile(pattern)})
		}
	}
	return list
}

func main() {
	env, err := environment()
	if err != nil {
		panic(err)
	}
	exceptions := readExceptions(os.Args[1])
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	passed, failed, left, errors := 0, 0, 0, 0
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), "\t", 3)
		value, why := evaluate(env, fields[0])
		if value == "error" {
			errors++
		}
		if value == fields[1] {
			passed++
			continue
		}
		excepted := false
		for _, e := range exceptions {
			if !excepted && e.pattern.MatchString(fields[0]) {
				excepted = true
				e.used++
			}
		}
		if excepted {
			left++
			continue
		}
		failed++
		if failed <= 40 {
			fmt.Printf("FAILED %s\n    cel-go: %s %s\n    ours:   %s %s\n", fields[0], value,
				strings.SplitN(why, "\n", 2)[0], fields[1], fields[2])
		}
	}
	fmt.Printf("%d of them are errors in both\n", errors)
	fmt.Printf("%d excepted, each for a reason\n", left)
	fmt.Printf("%d passed, %d failed, 0 skipped\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
