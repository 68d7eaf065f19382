#ifndef ESPALIER_FAULT_H
#define ESPALIER_FAULT_H

// Places where the program kills itself when it is told to: for `tools/chaos`, which proves that
// nothing is lost at any kill. Internal, and all that there is to know about it stands here.
//
// ESPALIER_FAULT=PLACE:N[+MICROSECONDS][@FILE] in the environment of a process has it die of SIGKILL
// at its Nth passage of the place, or so long after it, in the midst of what follows. With FILE, which
// must not be there, only the process that makes it dies: so a worker that is started again, with the
// same environment, lives on, and whoever asked for the fault sees that it happened.
//
// Without the variable a passage costs a comparison.

enum espalier_fault_place {
  // Owner.
  ESPALIER_FAULT_OWNER_START, // "owner-start": it has the lock; has ended leftovers; has opened the
                              // table; has recorded the plan; is about to begin
  ESPALIER_FAULT_COMMIT,      // "commit": everything of a transaction is done but the commit
  ESPALIER_FAULT_COMMITTED,   // "committed": results are recorded, and nobody was told
  ESPALIER_FAULT_PROGRAM,     // "program": an external program was started; has reported; has ended
  ESPALIER_FAULT_EXPORT,      // "export": before each file of a grid's exports, and after the last
  ESPALIER_FAULT_MERGE,       // "merge": before an artifact or a log of another folder is copied, after
                              // those of a job are, and when all is recorded
  // Worker.
  ESPALIER_FAULT_WORKER_START, // "worker-start": before it says that it is ready, and after
  ESPALIER_FAULT_TRAINING,     // "training": before each step of pretraining or post-training
  ESPALIER_FAULT_EVALUATION,   // "evaluation": before an evaluation, and before its result is kept
  ESPALIER_FAULT_ARTIFACT,     // "artifact": an artifact is in its place, its stage not reported
};

void espalier_fault_pass(enum espalier_fault_place place);

#endif
