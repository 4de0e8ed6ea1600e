package conntrack

import "time"

// pauseBeforeDelete makes the window between the snapshot and a delete as long as it is on a node with a slow disk for its log.
func pauseBeforeDelete() {
	time.Sleep(time.Millisecond)
}
