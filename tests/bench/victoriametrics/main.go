// usage: parse_victoriametrics SECONDS FILE...
// Parses expositions in a loop for at least that much CPU time with VictoriaMetrics' parser and
// prints megabytes per CPU-second.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/prometheus"
)

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	if err != nil {
		panic(err)
	}
	var bodies []string
	for _, name := range os.Args[2:] {
		data, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		bodies = append(bodies, string(data))
	}
	var rows prometheus.Rows
	n := 0
	parse := func(body string) {
		rows.UnmarshalWithErrLogger(body, func(s string) { panic(s) })
		n += len(rows.Rows)
	}
	for _, body := range bodies {
		parse(body)
	}
	start, spent, bytes := cpuSeconds(), 0.0, 0
	for i := 0; i%len(bodies) != 0 || spent < seconds; i++ {
		parse(bodies[i%len(bodies)])
		bytes += len(bodies[i%len(bodies)])
		spent = cpuSeconds() - start
	}
	if n == 0 {
		panic("no rows")
	}
	fmt.Printf("%.0f\n", float64(bytes)/spent/1e6)
}
