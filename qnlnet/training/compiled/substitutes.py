"""Compiled values and derivatives of what can stand in for the circuit; `models/substitutes.py` has the same in torch.

Each function takes a row of inputs and weights, float64, shape (inputs + weights,), and writes values, shape
(outputs,), and derivatives, shape (outputs, inputs + weights).
"""

import numpy as np

from qnlnet.compilation import cached_njit

CIRCUIT, IDENTITY, LINEAR_TANH, SINE, CLOSED_FORM, NONLOCAL = range(6)
SINE_OF_WEIGHT, COSINE_OF_INPUT, SINE_OF_INPUT = range(3)  # kinds of factors of a closed form

compiled = cached_njit()


@compiled
def run_identity(row, values, jacobian):
    """Hands the inputs on."""
    jacobian[:] = 0
    for k in range(values.shape[0]):
        values[k] = row[k]
        jacobian[k, k] = 1


@compiled
def run_unit(kind, row, values, jacobian):
    """Computes tanh(w·x + b) or sin(w·x + b) for a row (x, w, b)."""
    features = (row.shape[0] - 1) // 2
    total = row[2 * features]
    for k in range(features):
        total += row[features + k] * row[k]
    if kind == LINEAR_TANH:
        value = np.tanh(total)
        slope = 1 - value * value
    else:
        value, slope = np.sin(total), np.cos(total)
    values[0] = value
    for k in range(features):
        jacobian[0, k] = slope * row[features + k]
        jacobian[0, features + k] = slope * row[k]
    jacobian[0, 2 * features] = slope


@compiled
def run_closed_form(sign, factors, num_inputs, row, values, jacobian):
    """Computes a product of sines and cosines.

    Args:
        sign: 1 or −1.
        factors: Kind of each factor and index of its weight or input, int64, shape (factors, 2).
        num_inputs: Where the weights begin in the row.
        row: Inputs and weights.
        values: Receives the product.
        jacobian: Receives its derivatives.
    """
    jacobian[:] = 0
    product = float(sign)
    for f in range(factors.shape[0]):
        product *= _factor(factors[f, 0], factors[f, 1], num_inputs, row)[0]
    values[0] = product
    for f in range(factors.shape[0]):
        derivative = float(sign)
        for other in range(factors.shape[0]):
            value, slope, _ = _factor(factors[other, 0], factors[other, 1], num_inputs, row)
            derivative *= slope if other == f else value
        jacobian[0, _factor(factors[f, 0], factors[f, 1], num_inputs, row)[2]] = derivative


@compiled
def _factor(kind, index, num_inputs, row):
    """Returns the value of a factor, its derivative, and the column of the row that it depends on."""
    if kind == SINE_OF_WEIGHT:
        column = num_inputs + index
        return np.sin(row[column]), np.cos(row[column]), column
    if kind == COSINE_OF_INPUT:
        return np.cos(2 * row[index]), -2 * np.sin(2 * row[index]), index
    return np.sin(2 * row[index]), 2 * np.cos(2 * row[index]), index


@compiled
def run_nonlocal(row, values, jacobian):
    """Computes the embedded Gaussian block on features, for a row (x, θ, b_θ, φ, b_φ, g, b_g, W_z, b_z)."""
    n = values.shape[0]
    x, weights = row[:n], row[n:]
    theta, phi, g, restore = weights[0], weights[2], weights[4], weights[6]
    jacobian[:] = 0
    attention = np.empty(n)
    for i in range(n):
        query = theta * x[i] + weights[1]
        largest = -np.inf
        for j in range(n):
            attention[j] = query * (phi * x[j] + weights[3])
            largest = max(largest, attention[j])
        total = 0.0
        for j in range(n):
            attention[j] = np.exp(attention[j] - largest)
            total += attention[j]
        mixed = mean_x = mean_key = 0.0
        for j in range(n):
            attention[j] /= total
            mixed += attention[j] * (g * x[j] + weights[5])
            mean_x += attention[j] * x[j]
            mean_key += attention[j] * (phi * x[j] + weights[3])
        values[i] = restore * mixed + weights[7] + x[i]
        # Derivatives of Σ_j a_j g_j by a parameter p of the exponents s_j are Σ_j a_j g_j (ds_j/dp − mean of ds/dp).
        by_query = by_phi = 0.0
        for j in range(n):
            share = attention[j] * (g * x[j] + weights[5])
            key = phi * x[j] + weights[3]
            by_query += share * (key - mean_key)
            by_phi += share * query * (x[j] - mean_x)
            # With x[j] moves the key of position j alone; what it gains in weight the others lose.
            jacobian[i, j] += restore * (attention[j] * g + query * phi * (share - attention[j] * mixed))
        jacobian[i, i] += 1 + restore * by_query * theta
        jacobian[i, n] = restore * by_query * x[i]
        jacobian[i, n + 1] = restore * by_query
        jacobian[i, n + 2] = restore * by_phi
        # The bias of φ moves all exponents alike: its derivative is 0.
        jacobian[i, n + 4] = restore * mean_x
        jacobian[i, n + 5] = restore
        jacobian[i, n + 6] = mixed
        jacobian[i, n + 7] = 1
