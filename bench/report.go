package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

func report(cases []benchmark, rs results, s settings, out io.Writer) {
	fmt.Fprintf(out, "%d clients × %d contacts, %d connections, median of %d rounds of %v\n\n", s.clients, s.contacts, s.conns, s.rounds, s.time)
	fmt.Fprintf(out, "%-10s %10s %10s %10s %10s\n", "", "req/s", "p50", "p99", "CPU")
	for _, c := range cases {
		for _, name := range []string{c.name, lone(c.name)} {
			if all := rs[name]; len(all) > 0 {
				fmt.Fprintf(out, "%-10s %10.0f %10v %10v %10v\n", name, median(each(all, rate)),
					duration(all, p50), duration(all, p99), duration(all, spent))
			}
		}
	}
	fmt.Fprintln(out)
	rs.ratio(out, "304", "hello", rate)
	rs.ratio(out, "star", "update", rate)
	rs.ratio(out, lone("star"), lone("update"), p50)
	for _, name := range []string{"list", "suggest", "star"} {
		rs.ratio(out, name, "hello", rate)
	}
}

func rate(r result) float64  { return r.Rate }
func p50(r result) float64   { return float64(r.P50) }
func p99(r result) float64   { return float64(r.P99) }
func spent(r result) float64 { return float64(r.CPU) }

func duration(all []result, value func(result) float64) time.Duration {
	return time.Duration(median(each(all, value))).Round(time.Microsecond)
}

// ratio prints the median of what a is to b, round by round.
func (rs results) ratio(out io.Writer, a, b string, value func(result) float64) {
	var ratios []float64
	for i, r := range rs[a] {
		if i < len(rs[b]) {
			ratios = append(ratios, value(r)/value(rs[b][i]))
		}
	}
	if len(ratios) > 0 {
		fmt.Fprintf(out, "%s/%s %.2f\n", a, b, median(ratios))
	}
}

func each(rs []result, value func(result) float64) []float64 {
	values := make([]float64, len(rs))
	for i, r := range rs {
		values[i] = value(r)
	}
	return values
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
