// Writes core/cel/unicode_categories.c, unicode_scripts.c or unicode_folds.c: what the Unicode version
// of this Go says. Run once per CEL profile, for each NAME of the three:
//
//	go run core/cel/generate/unicode.go NAME > core/cel/unicode_NAME.c
//	clang-format -i core/cel/unicode_NAME.c
package main

import (
	"fmt"
	"os"
	"unicode"
)

// The order is the numbering in enum cel_category (unicode.h).
var categories = []string{"Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No",
	"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf",
	"Co", "Cs"}

var scripts = []string{"Arabic", "Armenian", "Bengali", "Cyrillic", "Devanagari", "Georgian", "Greek",
	"Han", "Hangul", "Hebrew", "Hiragana", "Katakana", "Latin", "Tamil", "Thai"}

func category(r rune) int {
	for i, name := range categories[1:] {
		if unicode.Is(unicode.Categories[name], r) {
			return i + 1
		}
	}
	return 0
}

func printCategories() {
	fmt.Println("/* Dense, for a file may have 500 lines. */\n/* clang-format off */")
	fmt.Print("const uint32_t cel_unicode_categories[] = {")
	count, last, column := 0, -1, 100
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if c := category(r); c != last {
			word := fmt.Sprintf(" 0x%X,", uint32(r)<<5|uint32(c))
			if column+len(word) > 100 {
				fmt.Print("\n   ")
				column = 3
			}
			fmt.Print(word)
			column += len(word)
			last = c
			count++
		}
	}
	fmt.Printf("\n};\nconst size_t cel_unicode_categories_count = %d;\n", count)
}

func printScripts() {
	fmt.Println("const struct cel_script_range cel_unicode_scripts[] = {")
	count := 0
	for i, name := range scripts {
		first := rune(-1)
		for r := rune(0); r <= unicode.MaxRune+1; r++ {
			in := r <= unicode.MaxRune && unicode.Is(unicode.Scripts[name], r)
			if in && first < 0 {
				first = r
			}
			if !in && first >= 0 {
				fmt.Printf("{0x%X,0x%X,%d},", first, r-1, i)
				first = -1
				count++
			}
		}
	}
	fmt.Printf("};\nconst size_t cel_unicode_scripts_count = %d;\n\n", count)
	fmt.Println("const char *const cel_unicode_script_names[] = {")
	for _, name := range scripts {
		fmt.Printf("%q,", name)
	}
	fmt.Printf("};\nconst size_t cel_unicode_script_names_count = %d;\n", len(scripts))
}

// Runs of runes whose next in the folding orbit lies at the same distance, 1 or 2 apart.
func printFolds() {
	type run struct{ from, to, stride, delta rune }
	var runs []run
	for r := rune(0); r <= unicode.MaxRune; r++ {
		delta := unicode.SimpleFold(r) - r
		if delta == 0 {
			continue
		}
		added := false
		for i := len(runs) - 1; i >= 0 && i >= len(runs)-2; i-- {
			gap := r - runs[i].to
			if runs[i].delta == delta && (gap == runs[i].stride || (runs[i].stride == 0 && gap <= 2)) {
				runs[i].to, runs[i].stride = r, gap
				added = true
				break
			}
		}
		if !added {
			runs = append(runs, run{r, r, 0, delta})
		}
	}
	fmt.Println("const struct cel_fold_run cel_unicode_folds[] = {")
	for _, x := range runs {
		stride := x.stride
		if stride == 0 {
			stride = 1
		}
		fmt.Printf("{0x%X,0x%X,%d,%d},", x.from, x.to, stride, x.delta)
	}
	fmt.Printf("};\nconst size_t cel_unicode_folds_count = %d;\n", len(runs))
}

func main() {
	fmt.Printf("/* Unicode %s, written by core/cel/generate/unicode.go; part of the CEL profile. */\n", unicode.Version)
	fmt.Print("#include \"core/cel/unicode.h\"\n\n")
	map[string]func(){"categories": printCategories, "scripts": printScripts, "folds": printFolds}[os.Args[1]]()
}
