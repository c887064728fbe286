package io.weir.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weir.cli.shell.Json;
import io.weir.consensus.guard.LogInspection;
import io.weir.consensus.guard.LogRange;
import io.weir.consensus.guard.Mark;
import io.weir.consensus.guard.Repair;
import io.weir.consensus.guard.Verdict;
import io.weir.consensus.guard.VoteFile;
import java.nio.file.Path;
import java.util.List;

/** A log's inspection as JSON. */
final class LogJson {
    private LogJson() {}

    static void put(ObjectNode shown, LogInspection inspection) {
        shown.set("flushed", note(inspection));
        shown.set("vote", vote(inspection));
        shown.set("verdict", verdict(inspection.verdict()));
        if (!inspection.filesProblem().isEmpty()) {
            shown.put("problem", inspection.filesProblem());
        }
        ArrayNode segments = shown.putArray("segments");
        inspection.segments().forEach(segment -> segments.add(segment(segment)));
    }

    private static ObjectNode note(LogInspection inspection) {
        Mark note = inspection.note();
        return note == null
                ? Json.object().put("problem", inspection.noteProblem())
                : Json.object().put("index", note.index()).put("term", note.term());
    }

    private static ObjectNode vote(LogInspection inspection) {
        VoteFile vote = inspection.vote();
        return vote == null
                ? Json.object().put("problem", inspection.voteProblem())
                : Json.object().put("term", vote.term()).put("votedFor", vote.votedFor());
    }

    private static ObjectNode segment(LogInspection.Segment segment) {
        ObjectNode shown = Json.object()
                .put("file", segment.file())
                .put("first", segment.first())
                .put("last", segment.last())
                .put("entries", segment.entries())
                .put("firstTerm", segment.firstTerm())
                .put("lastTerm", segment.lastTerm())
                .put("bytes", segment.bytes())
                .put("soundBytes", segment.soundBytes());
        return segment.problem().isEmpty() ? shown : shown.put("problem", segment.problem());
    }

    /** What the guard says. */
    static ObjectNode verdict(Verdict verdict) {
        if (verdict instanceof Verdict.Quarantine quarantine) {
            return Json.object().put("kind", "quarantine").put("reason", quarantine.reason());
        }
        if (!(verdict instanceof Verdict.Sound sound)) {
            return Json.object().put("kind", "fresh");
        }
        LogRange log = sound.log();
        ObjectNode shown = Json.object()
                .put("kind", "sound")
                .put("first", log.first())
                .put("last", log.last())
                .put("lastTerm", log.lastTerm())
                .put("voteUncertain", sound.isVoteUncertain());
        ArrayNode repairs = shown.putArray("repairs");
        sound.repairs().forEach(repair -> repairs.add(repair(repair)));
        return shown;
    }

    private static ObjectNode repair(Repair repair) {
        ObjectNode shown = Json.object();
        if (repair instanceof Repair.DropPrefix drop) {
            shown.put("repair", "drop stored segments").put("reason", drop.reason());
            files(shown, drop.files());
        } else if (repair instanceof Repair.DropRest drop) {
            shown.put("repair", "finish a truncation").put("reason", drop.reason());
            files(shown, drop.files());
        } else if (repair instanceof Repair.CutTail cut) {
            shown.put("repair", "cut the tail").put("reason", cut.reason());
            shown.put("file", cut.file().toString()).put("bytes", cut.bytes());
        } else if (repair instanceof Repair.RenewVote renew) {
            shown.put("repair", "move to a new term without a vote").put("term", renew.term());
        } else if (repair instanceof Repair.DropConfiguration drop) {
            shown.put("repair", "take the members from the log")
                    .put("file", drop.file().toString());
        }
        return shown;
    }

    private static void files(ObjectNode shown, List<Path> files) {
        ArrayNode names = shown.putArray("files");
        files.forEach(file -> names.add(file.toString()));
    }
}
