// usage: parse_prometheus SECONDS FILE...
// Parses expositions in a loop for at least that much CPU time with Prometheus' parser (Next and Series) and
// prints megabytes per CPU-second.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/prometheus/prometheus/model/textparse"
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
	var bodies [][]byte
	for _, name := range os.Args[2:] {
		data, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		bodies = append(bodies, data)
	}
	n := 0
	parse := func(body []byte) {
		p := textparse.NewPromParser(body)
		for {
			entry, err := p.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				panic(err)
			}
			if entry == textparse.EntrySeries {
				p.Series()
				n++
			}
		}
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
