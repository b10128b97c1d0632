"""What a network of Keras, Flax, Haiku or Equinox costs, counted in the program that JAX makes of it, and run."""
import inspect

import jax
import jax.numpy as jnp

KEY = jax.random.PRNGKey(0)


def products(jaxpr):
    """Multiplications of convolutions and matrices in a program, the programs inside of it included."""
    total = 0
    for step in jaxpr.eqns:
        if step.primitive.name == "conv_general_dilated":
            weight = step.invars[1].aval.shape
            outputs = weight[step.params["dimension_numbers"].rhs_spec[0]]
            total += size(step.outvars[0].aval.shape) * size(weight) // outputs
        elif step.primitive.name == "dot_general":
            (left, _), _ = step.params["dimension_numbers"]
            shape = step.invars[0].aval.shape
            total += size(step.outvars[0].aval.shape) * size([shape[axis] for axis in left])
        total += sum(products(getattr(inner, "jaxpr", inner)) for inner in inside(step.params))
    return total


def inside(params):
    for value in params.values():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if hasattr(each, "eqns") or hasattr(each, "jaxpr"):
                yield each


def size(shape):
    total = 1
    for each in shape:
        total *= each
    return total


def leaves(tree):
    return [each for each in jax.tree_util.tree_leaves(tree) if hasattr(each, "shape")]


def measured(job, names):
    inputs = [jnp.ones(each["shape"], each["dtype"]) for each in job["inputs"]]
    found = eval(job["network"], names)
    make = lambda extra="": eval(f"{job['network']}({', '.join(filter(None, [job['arguments'], extra]))})", names)
    run, params = RUNS[job["framework"]](found, make, inputs)
    output = run(*inputs)
    return {
        "output": [list(each.shape) for each in leaves(output)],
        "params": params(),
        "macs": products(jax.make_jaxpr(run)(*inputs).jaxpr),
    }


def keras(found, make, inputs):
    from keras import Layer

    model = found if isinstance(found, Layer) else make()
    model = model if isinstance(model, Layer) else model[0]
    return lambda *args: model(*args, training=False), model.count_params


def flax(found, make, inputs):
    from flax import linen, nnx

    if inspect.isclass(found) and issubclass(found, nnx.Module):
        model = make("rngs=nnx.Rngs(0)") if "rngs" in inspect.signature(found).parameters else make()
        model.eval()
        return model, lambda: sum(size(each.shape) for each in leaves(nnx.state(model, nnx.Param)))
    model = found if isinstance(found, linen.Module) else make()
    rngs = {name: KEY for name in ("params", "dropout")}
    variables = model.init(rngs, *inputs)
    run = lambda *args: model.apply(variables, *args, rngs={"dropout": KEY}, mutable=["batch_stats"])[0]
    return run, lambda: sum(size(each.shape) for each in leaves(variables["params"]))


def haiku(found, make, inputs):
    import haiku as hk

    call = (lambda *args: make()(*args)) if inspect.isclass(found) else found
    made = found if hasattr(found, "init") else hk.transform_with_state(call)
    try:
        weights = made.init(KEY, *inputs)
    except ValueError:
        # Batch norms have moving averages only once they were trained.
        weights = made.init(KEY, *inputs, is_training=True)
    stateful = isinstance(made, hk.TransformedWithState)
    params = weights[0] if stateful else weights
    run = lambda *args: made.apply(*weights, KEY, *args)[0] if stateful else made.apply(weights, KEY, *args)
    return run, lambda: sum(size(each.shape) for each in leaves(params))


def equinox(found, make, inputs):
    import equinox as eqx

    def made():
        return make("key=jax.random.PRNGKey(0)" if "key" in inspect.signature(found).parameters else "")

    model, state = eqx.nn.make_with_state(lambda: made())()
    model = eqx.nn.inference_mode(model)
    takes = inspect.signature(found.__call__).parameters
    extra = {**({"state": state} if "state" in takes else {}), **({"key": KEY} if "key" in takes else {})}
    weights = [each for each in leaves(model) if jnp.issubdtype(each.dtype, jnp.inexact)]

    def run(*args):
        output = model(*args, **extra)
        return output[0] if "state" in takes else output

    return run, lambda: sum(each.size for each in weights)


RUNS = {"keras": keras, "flax": flax, "haiku": haiku, "equinox": equinox}
