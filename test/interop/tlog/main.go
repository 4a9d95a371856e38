// Verifies a log's folder with golang.org/x/mod/sumdb: the signed note, every record against the tiles, and
// the consistency of the tree with an older checkpoint. Written for Go 1.19 in GOPATH mode.
//
//	main <folder> <verifier key> <older checkpoint file>
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is the text of c2sp.org/tlog-checkpoint.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func openCheckpoint(file string, verifiers note.Verifiers) (checkpoint, int, error) {
	message, err := os.ReadFile(file)
	if err != nil {
		return checkpoint{}, 0, err
	}
	opened, err := note.Open(message, verifiers)
	if err != nil {
		return checkpoint{}, 0, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, 0, fmt.Errorf("checkpoint has %d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, 0, err
	}
	hash, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, 0, err
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: hash}}, len(opened.UnverifiedSigs), nil
}

// tiles reads tiles of height 8 from a folder. Its paths lack the height that x/mod writes.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) path(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	path = strings.Replace(path, "data/", "entries/", 1)
	return filepath.Join(t.folder, "tile", path)
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		bytes, err := os.ReadFile(t.path(tile))
		if err != nil {
			return nil, err
		}
		data[i] = bytes
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// records reads one entry bundle: big-endian uint16 length before each entry.
func (t tiles) records(bundle int64, width int) ([][]byte, error) {
	data, err := os.ReadFile(t.path(tlog.Tile{H: 8, L: -1, N: bundle, W: width}))
	if err != nil {
		return nil, err
	}
	var records [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, fmt.Errorf("bundle %d is cut", bundle)
		}
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			return nil, fmt.Errorf("bundle %d is cut", bundle)
		}
		records = append(records, data[2:2+length])
		data = data[2+length:]
	}
	if len(records) != width {
		return nil, fmt.Errorf("bundle %d has %d entries", bundle, len(records))
	}
	return records, nil
}

// verifyRecords proves every stride-th record and hashes them all.
func verifyRecords(tree tlog.Tree, reader tlog.HashReader, source tiles) error {
	for bundle := int64(0); bundle*256 < tree.N; bundle++ {
		width := 256
		if tree.N-bundle*256 < 256 {
			width = int(tree.N - bundle*256)
		}
		records, err := source.records(bundle, width)
		if err != nil {
			return err
		}
		for at, record := range records {
			index := bundle*256 + int64(at)
			leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			if leaf[0] != tlog.RecordHash(record) {
				return fmt.Errorf("record %d is not its leaf", index)
			}
			if index%61 != 0 && index != tree.N-1 {
				continue
			}
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(record)); err != nil {
				return err
			}
		}
	}
	return nil
}

func verify(folder, key, older string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	known := note.VerifierList(verifier)
	newest, unknown, err := openCheckpoint(filepath.Join(folder, "checkpoint"), known)
	if err != nil {
		return err
	}
	before, _, err := openCheckpoint(older, known)
	if err != nil {
		return err
	}
	if newest.origin != before.origin {
		return fmt.Errorf("origins differ")
	}
	source := tiles{folder}
	reader := tlog.TileHashReader(newest.tree, source)
	root, err := tlog.TreeHash(newest.tree.N, reader)
	if err != nil {
		return err
	}
	if root != newest.tree.Hash {
		return fmt.Errorf("root differs")
	}
	proof, err := tlog.ProveTree(newest.tree.N, before.tree.N, reader)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, newest.tree.N, newest.tree.Hash, before.tree.N, before.tree.Hash); err != nil {
		return err
	}
	if err := verifyRecords(newest.tree, reader, source); err != nil {
		return err
	}
	fmt.Printf("verified %d entries after %d, %d unknown signatures\n", newest.tree.N, before.tree.N, unknown)
	return nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: main <folder> <verifier key> <older checkpoint file>")
		os.Exit(2)
	}
	if err := verify(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}
