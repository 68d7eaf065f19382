"""Trains a small neural network on Fisher's iris measurements, with the standard library only.

A worked example of a grid's workload: it takes its parameters as arguments, reports the accuracy on
held-out flowers after every epoch as a JSON line, and goes on from its last checkpoint when it was
interrupted. Data: R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936.
"""

import argparse
import csv
import json
import math
import os
import pathlib
import random


def read_flowers(path):
    """150 flowers as (four standardised measurements, class 0-2)."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    species = sorted({row["species"] for row in rows})
    columns = [name for name in rows[0] if name != "species"]
    table = [[float(row[name]) for name in columns] for row in rows]
    means = [sum(column) / len(table) for column in zip(*table)]
    scales = [
        math.sqrt(sum((x - mean) ** 2 for x in column) / len(table))
        for column, mean in zip(zip(*table), means)
    ]
    inputs = [[(x - m) / s for x, m, s in zip(row, means, scales)] for row in table]
    return [(x, species.index(row["species"])) for x, row in zip(inputs, rows)]


class Network:
    """One hidden layer of tanh units and a softmax."""

    def __init__(self, inputs, hidden, classes, generator):
        def matrix(rows, columns):
            scale = 1 / math.sqrt(columns)
            return [[generator.gauss(0, scale) for _ in range(columns)] for _ in range(rows)]

        self.first = matrix(hidden, inputs + 1)
        self.second = matrix(classes, hidden + 1)

    def forward(self, x):
        hidden = [math.tanh(sum(w * v for w, v in zip(row, x + [1.0]))) for row in self.first]
        logits = [sum(w * v for w, v in zip(row, hidden + [1.0])) for row in self.second]
        top = max(logits)
        exps = [math.exp(value - top) for value in logits]
        return hidden, [value / sum(exps) for value in exps]

    def learn(self, x, label, rate):
        """One step of stochastic gradient descent on the cross-entropy; returns the loss."""
        hidden, probabilities = self.forward(x)
        errors = [p - (k == label) for k, p in enumerate(probabilities)]
        back = [
            (1 - h * h) * sum(error * row[j] for error, row in zip(errors, self.second))
            for j, h in enumerate(hidden)
        ]
        for error, row in zip(errors, self.second):
            for j, value in enumerate(hidden + [1.0]):
                row[j] -= rate * error * value
        for error, row in zip(back, self.first):
            for j, value in enumerate(x + [1.0]):
                row[j] -= rate * error * value
        return -math.log(max(probabilities[label], 1e-300))

    def accuracy(self, flowers):
        hits = 0
        for x, label in flowers:
            _, probabilities = self.forward(x)
            hits += probabilities.index(max(probabilities)) == label
        return hits / len(flowers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    options = parser.parse_args()

    flowers = read_flowers(pathlib.Path(__file__).with_name("iris.csv"))
    random.Random(0).shuffle(flowers)  # one split for all runs: seeds differ in training alone
    held_out, training = flowers[:50], flowers[50:]

    folder = os.environ.get("ESPALIER_CHECKPOINT_DIR")
    checkpoint = pathlib.Path(folder, "network.json") if folder else None
    network = Network(4, options.hidden, 3, random.Random(options.seed))
    history = []
    if checkpoint and checkpoint.exists():
        saved = json.loads(checkpoint.read_text())
        network.first, network.second = saved["first"], saved["second"]
        history = saved["history"]
        print(f"going on after epoch {len(history) - 1}")

    for epoch in range(options.epochs + 1):
        if epoch >= len(history):
            loss = None
            if epoch > 0:
                order = random.Random(f"{options.seed}/{epoch}").sample(training, len(training))
                loss = sum(network.learn(x, y, options.lr) for x, y in order) / len(order)
            metrics = {"accuracy": network.accuracy(held_out)}
            if loss is not None:
                metrics["loss"] = loss
            history.append(metrics)
            if checkpoint:
                state = {"first": network.first, "second": network.second, "history": history}
                temporary = checkpoint.with_suffix(".tmp")
                temporary.write_text(json.dumps(state))
                os.replace(temporary, checkpoint)
        print(json.dumps({"step": epoch, "metrics": history[epoch]}), flush=True)


if __name__ == "__main__":
    main()
