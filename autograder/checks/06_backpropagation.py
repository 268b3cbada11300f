"""Unit 06: what is asked of the backward pass and of the one who checks it, and what gives points."""

from autograder.checks.draws import normal, single, whole
from autograder.checks.gradients import BACKWARD, GRAD_BIAS, GRAD_INPUT, GRAD_INPUT_FLIPPED, GRAD_WEIGHT
from autograder.exercise import SHAPE, Behaviour, Case, Exercise
from autograder.oracles.backward import numerical_gradient

# Functions of one array, with curvature enough that a one-sided difference shows at these steps.
SINE = "lambda x: np.sin(x) * x[::-1]"
DIFFERENCES = "lambda x: (x[1:] - x[:-1]) ** 3"
GREY = "lambda x: np.tanh(x).sum(axis=0)"
TABLE = "lambda x: x[:, :2] ** 2 * x[:, 1:]"

NUMERICAL_GRADIENT = Exercise(
    "numerical_gradient",
    numerical_gradient,
    [
        Behaviour(
            "the shape of x",
            0.5,
            [Case(SINE, normal(4), normal(4)), Case(TABLE, normal(2, 3), normal(2, 2))],
            [Case(GREY, normal(2, 3, 2), normal(3, 2))],
            demands=SHAPE,
        ),
        Behaviour(
            "one number in, one number out",
            0.5,
            [
                Case("lambda x: x**2", normal(1), normal(1), step=1e-3),
                Case("lambda x: np.exp(x)", normal(1), normal(1), step=1e-2),
            ],
            [Case("lambda x: x**3", normal(1), normal(1), step=1e-2)],
        ),
        Behaviour(
            "every number of x, every number of f(x)",
            1,
            [
                Case(SINE, normal(4), normal(4), step=1e-3),
                Case(DIFFERENCES, normal(5), normal(4), step=1e-2),
                Case(TABLE, normal(2, 3), normal(2, 2), step=1e-2),
            ],
            [Case(GREY, normal(3, 2, 4), normal(2, 4), step=1e-2)],
        ),
        Behaviour(
            "the step that is asked for, on both sides",
            1,
            [
                Case("lambda x: np.exp(2 * x)", normal(3), normal(3), step=0.25),
                Case("lambda x: np.exp(x) * x", normal(2, 2), normal(2, 2), step=0.1),
            ],
            [Case("lambda x: np.sinh(x) + x", normal(2, 3), normal(2, 3), step=0.3)],
        ),
        Behaviour(
            "float64 inside, whatever comes in",
            0.5,
            [Case(SINE, single(4), normal(4)), Case(DIFFERENCES, whole(5), normal(4))],
            [Case(SINE, "rng.integers(-3, 4, 3, dtype=np.int32)", normal(3))],
            demands=("shape", "values", "dtype"),
        ),
        Behaviour(
            "x left as it is, no memory of earlier calls",
            0.5,
            [
                Case(SINE, normal(3), normal(3), step=1e-3),
                Case(TABLE, f"np.asfortranarray({normal(2, 3)})", normal(2, 2), step=1e-3),
            ],
            [Case(GREY, normal(2, 5, 3) + "[:, ::2]", normal(3, 3), step=1e-3)],
            demands=("shape", "values", "inputs", "memory", "again"),
        ),
    ],
    answered_by=("scipy.optimize.approx_fprime", "scipy.differentiate.derivative", "scipy.differentiate.jacobian"),
)

EXERCISES = [NUMERICAL_GRADIENT, GRAD_BIAS, GRAD_WEIGHT, GRAD_INPUT, GRAD_INPUT_FLIPPED, BACKWARD]
