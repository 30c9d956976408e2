// Checks a copy of a log with the Go checksum database's own code (golang.org/x/mod/sumdb) and with the cosignatures of
// github.com/transparency-dev/formats: nothing here is shared with the program under test.
//
//	tlog-checker [-witness VKEY]... [-proofs FILE] [-records] FOLDER VKEY
//
// FOLDER holds `checkpoint` and `tile/`. With -records, `segments/` as well: every record must be the leaf that the tiles
// hold at its place. Exit 0 when all that was asked for holds; 3 when it does not, with one line that says what.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/transparency-dev/formats/log"
	cosignature "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// Longest record that a log may hold, and its newline.
const maxLine = 1 << 16

type vkeys []string

func (v *vkeys) String() string         { return strings.Join(*v, ",") }
func (v *vkeys) Set(value string) error { *v = append(*v, value); return nil }

func main() {
	var witnesses vkeys
	flag.Var(&witnesses, "witness", "key of a witness that must have cosigned")
	proofs := flag.String("proofs", "", "file of proofs to check against the checkpoint, one JSON object a line")
	records := flag.Bool("records", false, "check each record of segments/ against its leaf")
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	told, err := check(flag.Arg(0), flag.Arg(1), witnesses, *proofs, *records)
	if err != nil {
		fmt.Printf("refused: %v\n", err)
		os.Exit(3)
	}
	fmt.Println(told)
}

func check(folder, vkey string, witnesses []string, proofs string, records bool) (string, error) {
	tree, err := openCheckpoint(filepath.Join(folder, "checkpoint"), vkey, witnesses)
	if err != nil {
		return "", err
	}
	told := fmt.Sprintf("ok: checkpoint of %d entries, %d cosignatures", tree.N, len(witnesses))
	reader := tlog.TileHashReader(tree, &folderTiles{folder: folder})
	if tree.N > 0 {
		root, err := tlog.TreeHash(tree.N, reader)
		if err != nil {
			return "", fmt.Errorf("tiles: %w", err)
		}
		if root != tree.Hash {
			return "", fmt.Errorf("tiles give another root than the checkpoint")
		}
	}
	if records {
		count, err := checkRecords(folder, tree, reader)
		if err != nil {
			return "", err
		}
		told += fmt.Sprintf(", %d records", count)
	}
	if proofs != "" {
		count, err := checkProofs(proofs, tree, reader)
		if err != nil {
			return "", err
		}
		told += fmt.Sprintf(", %d proofs", count)
	}
	return told, nil
}

func openCheckpoint(path, vkey string, witnesses []string) (tlog.Tree, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("key of the log: %w", err)
	}
	var others []note.Verifier
	for _, witness := range witnesses {
		other, err := cosignature.NewVerifierForCosignatureV1(witness)
		if err != nil {
			return tlog.Tree{}, fmt.Errorf("key of a witness: %w", err)
		}
		others = append(others, other)
	}
	checkpoint, rest, opened, err := log.ParseCheckpoint(signed, verifier.Name(), verifier, others...)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	if len(rest) != 0 {
		return tlog.Tree{}, fmt.Errorf("checkpoint: lines behind the root")
	}
	for _, other := range others {
		if !cosigned(opened, other) {
			return tlog.Tree{}, fmt.Errorf("checkpoint: not cosigned by %s", other.Name())
		}
	}
	tree := tlog.Tree{N: int64(checkpoint.Size)}
	if copy(tree.Hash[:], checkpoint.Hash) != tlog.HashSize || len(checkpoint.Hash) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("checkpoint: root of %d bytes", len(checkpoint.Hash))
	}
	return tree, nil
}

func cosigned(opened *note.Note, witness note.Verifier) bool {
	for _, signature := range opened.Sigs {
		if signature.Name != witness.Name() || signature.Hash != witness.KeyHash() {
			continue
		}
		at, err := cosignature.CoSigV1Timestamp(signature)
		return err == nil && at.Unix() > 0
	}
	return false
}

func checkRecords(folder string, tree tlog.Tree, reader tlog.HashReader) (int64, error) {
	segments, err := filepath.Glob(filepath.Join(folder, "segments", "*.jsonl"))
	if err != nil {
		return 0, err
	}
	sort.Strings(segments)
	var records []tlog.Hash
	var checked int64
	for _, path := range segments {
		file, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, maxLine+1)
		// What the checkpoint does not cover yet is not looked at.
		for checked+int64(len(records)) < tree.N && lines.Scan() {
			records = append(records, tlog.RecordHash(lines.Bytes()))
			if len(records) == 1<<tileHeight {
				if err := checkLeaves(checked, records, reader); err != nil {
					return 0, err
				}
				checked += int64(len(records))
				records = records[:0]
			}
		}
		if err := lines.Err(); err != nil {
			return 0, err
		}
		if err := file.Close(); err != nil {
			return 0, err
		}
	}
	if err := checkLeaves(checked, records, reader); err != nil {
		return 0, err
	}
	checked += int64(len(records))
	if checked != tree.N {
		return 0, fmt.Errorf("%d records for a tree of %d entries", checked, tree.N)
	}
	return checked, nil
}

func checkLeaves(first int64, records []tlog.Hash, reader tlog.HashReader) error {
	if len(records) == 0 {
		return nil
	}
	var places []int64
	for at := range records {
		places = append(places, tlog.StoredHashIndex(0, first+int64(at)))
	}
	leaves, err := reader.ReadHashes(places)
	if err != nil {
		return fmt.Errorf("leaves from %d on: %w", first, err)
	}
	for at := range records {
		if leaves[at] != records[at] {
			return fmt.Errorf("record %d is not the leaf at its place", first+int64(at))
		}
	}
	return nil
}

type proof struct {
	Kind  string      `json:"kind"`
	Index int64       `json:"index"`
	Leaf  tlog.Hash   `json:"leaf"`
	Size  int64       `json:"size"`
	Root  tlog.Hash   `json:"root"`
	Proof []tlog.Hash `json:"proof"`
}

// An inclusion proof leads from a leaf to the root of the checkpoint; a consistency proof from an older size and root.
// Each is made anew from the tiles as well: a proof that verifies but has another form would be no RFC 6962 proof.
func checkProofs(path string, tree tlog.Tree, reader tlog.HashReader) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	for at, line := range lines {
		var given proof
		if err := json.Unmarshal(line, &given); err != nil {
			return 0, fmt.Errorf("proof %d: %w", at, err)
		}
		if err := checkProof(given, tree, reader); err != nil {
			return 0, fmt.Errorf("proof %d (%s): %w", at, given.Kind, err)
		}
	}
	return len(lines), nil
}

func checkProof(given proof, tree tlog.Tree, reader tlog.HashReader) error {
	switch given.Kind {
	case "inclusion":
		if err := tlog.CheckRecord(given.Proof, tree.N, tree.Hash, given.Index, given.Leaf); err != nil {
			return err
		}
		own, err := tlog.ProveRecord(tree.N, given.Index, reader)
		if err != nil {
			return err
		}
		return same(own, given.Proof)
	case "consistency":
		if err := tlog.CheckTree(given.Proof, tree.N, tree.Hash, given.Size, given.Root); err != nil {
			return err
		}
		own, err := tlog.ProveTree(tree.N, given.Size, reader)
		if err != nil {
			return err
		}
		return same(own, given.Proof)
	default:
		return fmt.Errorf("unknown kind")
	}
}

func same(own, given []tlog.Hash) error {
	if len(own) != len(given) {
		return fmt.Errorf("%d hashes instead of %d", len(given), len(own))
	}
	for at := range own {
		if own[at] != given[at] {
			return fmt.Errorf("another hash at %d", at)
		}
	}
	return nil
}

// folderTiles reads tiles as https://c2sp.org/tlog-tiles lays them out: without the height that Go's own paths begin with.
type folderTiles struct{ folder string }

func (f *folderTiles) Height() int { return tileHeight }

func (f *folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (f *folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}
