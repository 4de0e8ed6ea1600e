package conntrack

// missTracker remembers which keys the kernel's table lacked in the last cleanup pass, in two sets that take turns:
// an even pass deletes what the odd set holds and fills the even set, an odd pass the other way round.
type missTracker[K comparable] struct {
	even, odd map[K]struct{}
	oddPass   bool
}

// missedTwice records a miss and reports whether the pass before missed the same key.
func (m *missTracker[K]) missedTwice(key K) bool {
	before, now := m.odd, &m.even
	if m.oddPass {
		before, now = m.even, &m.odd
	}
	if _, again := before[key]; again {
		return true
	}
	if *now == nil {
		*now = make(map[K]struct{})
	}
	(*now)[key] = struct{}{}
	return false
}

// endPass forgets the older set and lets the other one be filled next.
func (m *missTracker[K]) endPass() {
	if m.oddPass {
		m.even = nil
	} else {
		m.odd = nil
	}
	m.oddPass = !m.oddPass
}
