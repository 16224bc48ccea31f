// Writes core/cel/zone_table.c or core/cel/zone_names.c from a compiled tz database: what each zone's
// offset from UTC was since 2000 and what rule goes on for ever. Run once per CEL profile:
//
//	go run core/cel/generate/zones.go table /usr/share/zoneinfo VERSION > core/cel/zone_table.c
//	go run core/cel/generate/zones.go names /usr/share/zoneinfo VERSION > core/cel/zone_names.c
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// 2000-01-01: older times take the offset of then, for a table of all of them would be larger than all
// other code of the language.
const since = 946684800

type change struct {
	at     int64
	offset int32
}

type zone struct {
	first   int32 // the offset at `since`
	changes []change
	rule    string
}

type header struct {
	Magic                                  [4]byte
	Version                                byte
	_                                      [15]byte
	UTCs, Stds, Leaps, Times, Types, Chars uint32
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// The 64-bit part of a TZif file (RFC 8536).
func read(data []byte) zone {
	var h header
	r := bytes.NewReader(data)
	must(binary.Read(r, binary.BigEndian, &h))
	r.Seek(int64(h.Times*5+h.Types*6+h.Chars+h.Leaps*8+h.Stds+h.UTCs), 1)
	must(binary.Read(r, binary.BigEndian, &h))
	times := make([]int64, h.Times)
	index := make([]uint8, h.Times)
	types := make([]struct {
		Offset  int32
		DST, Ab uint8
	}, h.Types)
	must(binary.Read(r, binary.BigEndian, times))
	must(binary.Read(r, binary.BigEndian, index))
	must(binary.Read(r, binary.BigEndian, types))
	rest := data[len(data)-r.Len()+int(h.Chars+h.Leaps*12+h.Stds+h.UTCs):]
	z := zone{first: types[0].Offset, rule: strings.TrimSpace(string(rest))}
	last := z.first
	for i, at := range times {
		offset := types[index[i]].Offset
		if at <= since {
			z.first = offset
		} else if offset != last {
			z.changes = append(z.changes, change{at, offset})
		}
		last = offset
	}
	return z
}

// Drops the changes that the rule says anyway, from the last one back.
func (z *zone) trim() {
	location, err := time.LoadLocationFromTZData("rule", ruleOnly(z.rule))
	must(err)
	says := func(at int64, offset int32) bool {
		_, said := time.Unix(at, 0).In(location).Zone()
		return int32(said) == offset
	}
	keep := len(z.changes)
	for keep > 1 {
		c, before := z.changes[keep-1], z.changes[keep-2]
		same := says(c.at, c.offset)
		for at := c.at - 1; at > before.at; at -= 7 * 86400 {
			same = same && says(at, before.offset)
		}
		if !same {
			break
		}
		keep--
	}
	z.changes = z.changes[:keep]
}

// A TZif file that has nothing but a rule.
func ruleOnly(rule string) []byte {
	var b bytes.Buffer
	for i := 0; i < 2; i++ {
		h := header{Magic: [4]byte{'T', 'Z', 'i', 'f'}, Version: '2', Types: 1, Chars: 1, Times: 1}
		binary.Write(&b, binary.BigEndian, h)
		if i == 0 {
			binary.Write(&b, binary.BigEndian, int32(-1<<31))
		} else {
			binary.Write(&b, binary.BigEndian, int64(-1<<59))
		}
		b.Write([]byte{0, 0, 0, 0, 0, 0, 0, 0})
	}
	b.WriteString("\n" + rule + "\n")
	return b.Bytes()
}

// "M3.5.0/3" as month, week, day and seconds after midnight.
func ruleDate(text string) string {
	var month, week, day int
	date, clock, timed := strings.Cut(text, "/")
	_, err := fmt.Sscanf(date, "M%d.%d.%d", &month, &week, &day)
	must(err)
	seconds := 7200
	if timed {
		seconds = ruleSeconds(clock)
	}
	return fmt.Sprintf("{ %d, %d, %d, %d }", month, week, day, seconds)
}

func ruleSeconds(text string) int {
	sign, parts, seconds := 1, strings.Split(strings.TrimLeft(text, "+-"), ":"), 0
	if strings.HasPrefix(text, "-") {
		sign = -1
	}
	for i, unit := range []int{3600, 60, 1} {
		if i < len(parts) {
			var n int
			_, err := fmt.Sscan(parts[i], &n)
			must(err)
			seconds += n * unit
		}
	}
	return sign * seconds
}

// Cuts a zone's abbreviation and its offset (to the east) off the front.
func ruleOffset(text string) (int, string) {
	if strings.HasPrefix(text, "<") {
		text = text[strings.Index(text, ">")+1:]
	} else {
		text = strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("+-:0123456789", r) })
	if end < 0 {
		end = len(text)
	}
	if end == 0 {
		return -1 << 30, text
	}
	return -ruleSeconds(text[:end]), text[end:]
}

// A POSIX TZ string as a row of struct cel_zone_rule.
func ruleRow(rule string) string {
	dates := strings.Split(rule, ",")
	standard, rest := ruleOffset(dates[0])
	if len(dates) == 1 {
		return fmt.Sprintf("{ %d, %d, { 0 }, { 0 } }", standard, standard)
	}
	summer, _ := ruleOffset(rest)
	if summer == -1<<30 {
		summer = standard + 3600
	}
	return fmt.Sprintf("{ %d, %d, %s, %s }", standard, summer, ruleDate(dates[1]), ruleDate(dates[2]))
}

func load(root string) map[string]zone {
	zones := map[string]zone{}
	must(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		must(err)
		name, _ := filepath.Rel(root, path)
		if entry.IsDir() && (name == "right" || name == "posix") {
			return filepath.SkipDir
		}
		data, err := os.ReadFile(path)
		if err == nil && bytes.HasPrefix(data, []byte("TZif")) && name != "localtime" && name != "posixrules" {
			z := read(data)
			z.trim()
			zones[name] = z
		}
		return nil
	}))
	return zones
}

// Numbers equal rows once, in the order of first use.
type rows struct {
	number map[string]int
	list   []string
}

func (r *rows) add(row string) int {
	if n, ok := r.number[row]; ok {
		return n
	}
	r.number[row] = len(r.list)
	r.list = append(r.list, row)
	return len(r.list) - 1
}

// Breaks the text at separators into lines of at most 100 columns.
func wrap(text, separator string) string {
	var out strings.Builder
	column := 100
	for _, word := range strings.Split(strings.TrimSpace(text), separator) {
		if column+1+len(word) > 100 {
			out.WriteString("\n   ")
			column = 3
		}
		out.WriteString(" " + word)
		column += 1 + len(word)
	}
	return out.String()
}

func main() {
	zones := load(os.Args[2])
	var names []string
	for name := range zones {
		names = append(names, name)
	}
	sort.Strings(names)
	rules, changes := rows{number: map[string]int{}}, rows{number: map[string]int{}}
	starts, count := map[int]int{}, 0
	var table strings.Builder
	var lines []string
	for _, name := range names {
		z := zones[name]
		row := ""
		for _, c := range z.changes {
			if c.at%60 != 0 || c.offset%60 != 0 {
				panic(name + ": expected whole minutes")
			}
			row += fmt.Sprintf("0x%X, ", (c.at-since)/60<<11|int64(c.offset/60+1024))
		}
		number := changes.add(row)
		if _, ok := starts[number]; !ok {
			starts[number] = count
			count += len(z.changes)
			table.WriteString(row)
		}
		lines = append(lines, fmt.Sprintf("{%q, %d, %d, %d, %d},", name, z.first, starts[number],
			len(z.changes), rules.add(ruleRow(z.rule))))
	}
	fmt.Printf("/* tz database %s, written by core/cel/generate/zones.go; part of the CEL profile. */\n", os.Args[3])
	fmt.Print("#include \"core/cel/zone.h\"\n\n/* Dense, for a file may have 500 lines. */\n/* clang-format off */\n")
	if os.Args[1] == "table" {
		fmt.Printf("const uint64_t cel_zone_changes[] = {%s\n};\n", wrap(table.String(), " "))
		return
	}
	fmt.Printf("const struct cel_zone_rule cel_zone_rules[] = {\n    %s,\n};\n\n", strings.Join(rules.list, ",\n    "))
	fmt.Print("const struct cel_zone cel_zones[] = {")
	fmt.Print(wrap(strings.Join(lines, "|"), "|"))
	fmt.Printf("\n};\nconst size_t cel_zones_count = %d;\n", len(lines))
}
