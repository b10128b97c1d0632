/** Networks that objects make for themselves: builders as methods of classes that are no networks. */
import { expect, it } from "vitest";
import { profile } from "./profile.ts";

const IMPORT =
  "from keras.layers import Input, Conv2D, Dense, Flatten\nfrom keras.models import Model, Sequential\n";

const classifier = `${IMPORT}
class Digits:
    def __init__(self, side=8):
        self.shape = (side, side, 1)
        self.model = self.build_model()
        self.model.compile(loss="mse")

    def build_model(self):
        image = Input(shape=self.shape)
        return Model(image, Dense(10)(Flatten()(Conv2D(4, 3, padding="same")(image))))

    def train(self, epochs):
        for _ in range(epochs):
            self.model.train_on_batch(*self.batch())
`;

it("a method that builds a network for its object is a network of the file", () => {
  const report = profile(classifier);
  expect(report.networks).toEqual(["Digits.build_model"]);
  expect(report.totals).toMatchObject({ params: 40 + 2570, macs: 2304 + 2560 });
  expect(report.complete).toBe(true);
});

it("arguments of a class and of its method make the object first", () => {
  expect(profile(classifier, { model: "Digits", args: "4" }).totals.params).toBe(40 + 650);
  expect(profile(classifier, { model: "Digits.build_model", args: "side=4" }).totals.params).toBe(40 + 650);
});

const gan = `${IMPORT}
class GAN():
    def __init__(self):
        self.latent = 5
        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss="mse")
        self.generator = self.build_generator()
        z = Input(shape=(self.latent,))
        self.combined = Model(z, self.discriminator(self.generator(z)))
        self.combined.compile(loss="mse")

    def build_generator(self):
        model = Sequential()
        model.add(Dense(7, input_dim=self.latent))
        noise = Input(shape=(self.latent,))
        return Model(noise, model(noise))

    def build_discriminator(self):
        model = Sequential()
        model.add(Dense(1, input_dim=7))
        image = Input(shape=(7,))
        return Model(image, model(image))

if __name__ == "__main__":
    gan = GAN()
`;

it("what a constructor puts together of its methods' networks is the main one", () => {
  const report = profile(gan);
  expect(report.networks).toEqual(["GAN", "GAN.build_generator", "GAN.build_discriminator"]);
  expect(report.totals.params).toBe(5 * 7 + 7 + 7 + 1);
  expect(profile(gan, { model: "GAN.build_generator" }).totals.params).toBe(5 * 7 + 7);
  expect(profile(gan, { model: "GAN.build_discriminator" }).totals.params).toBe(8);
});

it("a class gets the arguments that the program makes its object with", () => {
  const report = profile(`${IMPORT}
class Series:
    def __init__(self, folder, shape, classes, build=True):
        if build:
            self.model = self.build_model(shape, classes)

    def build_model(self, shape, classes):
        series = Input(shape)
        return Model(series, Dense(classes)(series))

if __name__ == "__main__":
    net = Series("runs", (6,), 5)
    net.model.summary()
`);
  expect(report.network).toBe("Series.build_model");
  expect(report.totals.params).toBe(35);
  expect(report.arguments?.text).toBe("'runs', (6,), 5");
});

it("a method that only keeps what it builds counts too", () => {
  const report = profile(`${IMPORT}
class Agent:
    size = 3
    def build(self):
        self.model = Sequential([Dense(4, input_dim=self.size)])
`);
  expect([report.network, report.totals.params]).toEqual(["Agent.build", 16]);
});

it("layers and callbacks of the program that use networks are no makers of networks", () => {
  const report = profile(`${IMPORT}
from keras.layers import Layer
class Block(Layer):
    def build(self, shape):
        self.inner = Sequential([Dense(2)])
    def call(self, x):
        return self.inner(x)
model = Sequential([Input((3,)), Block()])
`);
  expect(report.networks).toEqual(["model"]);
});
