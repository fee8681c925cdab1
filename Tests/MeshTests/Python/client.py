"""Drives the mesh of $CAPTIONMESH_RUNTIME with Deploy/clients/python.

Usage: client.py CLIENT-FOLDER PHOTOGRAPH EXPECTED-CAPTION. The mesh admits eight requests of a client
at a time, so that a stream is told to try again.
"""
import asyncio, math, os, pathlib, signal, sys, threading, time, unittest

import numpy

FOLDER, PHOTOGRAPH, EXPECTED = sys.argv[1:4]
sys.path.insert(0, FOLDER)
import captionmesh
from captionmesh import AsyncClient, Client, Code, MeshError


def number_of(client, counter):
    return client.status()["counters"].get(counter, 0)


class Captions(unittest.TestCase):
    def test_bytes_and_path(self):
        with Client() as mesh:
            caption = mesh.caption(PHOTOGRAPH)
            self.assertEqual(caption.text, EXPECTED)
            self.assertEqual(" ".join(caption.tokens), EXPECTED)
            self.assertIsNone(caption.attention)
            self.assertEqual(caption.attempts, 1)
            self.assertEqual(mesh.caption(pathlib.Path(PHOTOGRAPH).read_bytes()).text, EXPECTED)

    def test_attention_is_an_array(self):
        with Client() as mesh:
            caption = mesh.caption(PHOTOGRAPH, attention=True, beams=True)
        self.assertEqual(caption.attention.shape, (len(caption.tokens), *caption.grid))
        self.assertEqual(caption.attention.dtype, numpy.float32)
        self.assertTrue((caption.attention.reshape(len(caption.tokens), -1).sum(1) <= 1.001).all())
        self.assertEqual(len(caption.word_log_probabilities), len(caption.tokens))
        self.assertEqual(len(caption.beams), 3)
        self.assertEqual(caption.beams[0].tokens, caption.tokens)

    def test_several_threads_share_a_client(self):
        with Client() as mesh:
            texts = []
            threads = [
                threading.Thread(target=lambda: texts.append(mesh.caption(PHOTOGRAPH).text))
                for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(texts, [EXPECTED] * 4)

    def test_asyncio(self):
        async def run():
            async with AsyncClient() as mesh:
                captions = await asyncio.gather(*(mesh.caption(PHOTOGRAPH) for _ in range(4)))
                self.assertEqual([caption.text for caption in captions], [EXPECTED] * 4)
                outcomes = [one async for one in mesh.stream([PHOTOGRAPH] * 50, window=16)]
                self.assertEqual([one.get().text for one in outcomes], [EXPECTED] * 50)

        asyncio.run(run())


class Streams(unittest.TestCase):
    def test_a_bad_photograph_fails_alone(self):
        with Client() as mesh:
            photographs = [PHOTOGRAPH, b"not a photograph", "/nowhere/at-all.jpg"] * 3
            outcomes = list(mesh.stream(photographs))
        self.assertEqual(len(outcomes), 9)
        for outcome in outcomes:
            if outcome.photograph == PHOTOGRAPH:
                self.assertEqual(outcome.get().text, EXPECTED)
            else:
                self.assertIs(outcome.error.code, Code.INVALID_ARGUMENT)
        self.assertIn("/nowhere/at-all.jpg", str([one.error for one in outcomes]))

    def test_more_than_the_mesh_admits_are_sent_again(self):
        with Client() as mesh:
            rejected = number_of(mesh, "rejected")
            texts = [one.get().text for one in mesh.stream([PHOTOGRAPH] * 50, window=48)]
            self.assertEqual(texts, [EXPECTED] * 50)
            futures = [mesh.submit(PHOTOGRAPH) for _ in range(30)]
            self.assertEqual([future.result().text for future in futures], [EXPECTED] * 30)
            self.assertGreater(number_of(mesh, "rejected"), rejected)

    def test_the_window_bounds_what_is_taken(self):
        taken = 0

        def photographs():
            nonlocal taken
            while True:
                taken += 1
                yield PHOTOGRAPH

        with Client() as mesh:
            stream = mesh.stream(photographs(), window=4)
            for read in range(1, 11):
                self.assertEqual(next(stream).get().text, EXPECTED)
                # One is in the hand of who waits for a place.
                self.assertLessEqual(taken, read + 4 + 1)
            stream.close()
            self.assertEqual(mesh.caption(PHOTOGRAPH).text, EXPECTED)

    def test_what_iterates_badly_ends_the_stream(self):
        def photographs():
            yield PHOTOGRAPH
            raise LookupError("no more")

        with Client() as mesh:
            with self.assertRaises(LookupError):
                list(mesh.stream(photographs()))
            with self.assertRaises(TypeError):
                list(mesh.stream([17]))
            with self.assertRaises(TypeError):
                mesh.caption(PHOTOGRAPH, beem=3)
            self.assertEqual(list(mesh.stream([])), [])


class Errors(unittest.TestCase):
    def test_a_bad_image_says_why(self):
        with Client() as mesh, self.assertRaises(MeshError) as caught:
            mesh.caption(b"not a photograph")
        self.assertIs(caught.exception.code, Code.INVALID_ARGUMENT)
        self.assertEqual(caught.exception.stage, "load")

    def test_bad_options_are_refused(self):
        with Client() as mesh, self.assertRaises(MeshError) as caught:
            mesh.caption(PHOTOGRAPH, beam=1000)
        self.assertIs(caught.exception.code, Code.INVALID_ARGUMENT)

    def test_a_deadline_is_met(self):
        with Client() as mesh:
            mesh.health()
            start = time.monotonic()
            with self.assertRaises(MeshError) as caught:
                mesh.caption(PHOTOGRAPH, timeout=0.001)
            self.assertIs(caught.exception.code, Code.DEADLINE_EXCEEDED)
            with self.assertRaises(MeshError) as caught:
                list(mesh.stream([PHOTOGRAPH] * 10_000, timeout=0.3))
            self.assertIs(caught.exception.code, Code.DEADLINE_EXCEEDED)
            self.assertLess(time.monotonic() - start, 10)

    def test_deadlines_on_the_wire(self):
        for seconds, text in [
            (0.0001, "1m"), (1, "1000m"), (1.0001, "1001m"), (99_999, "99999000m"),
            (100_000, "100000S"), (1e12, "99999999S"),
        ]:
            self.assertEqual(captionmesh._grpc_timeout(seconds), text)

    def test_a_cancelled_call_is_cancelled_in_the_mesh(self):
        with Client() as mesh:
            cancelled = number_of(mesh, "cancelled")
            for _ in range(50):
                futures = [mesh.submit(PHOTOGRAPH, beam=32) for _ in range(8)]
                # Until one is answered, so that the others are in the mesh.
                futures[0].result()
                for future in futures[1:]:
                    future.cancel()
                if number_of(mesh, "cancelled") > cancelled:
                    break
            self.assertGreater(number_of(mesh, "cancelled"), cancelled)
            self.assertEqual(mesh.caption(PHOTOGRAPH).text, EXPECTED)

    def test_nobody_there(self):
        start = time.monotonic()
        with Client("ipc:///tmp/captionmesh-nobody.sock", connect_timeout=0.5) as mesh:
            with self.assertRaises(MeshError) as caught:
                mesh.caption(PHOTOGRAPH)
        self.assertIs(caught.exception.code, Code.UNAVAILABLE)
        self.assertLess(time.monotonic() - start, 10)

    def test_an_array_that_would_run_code_is_refused(self):
        for kind in (b"O", b"V"):
            with self.assertRaises(MeshError):
                captionmesh._unpack(captionmesh.msgpack.packb(
                    {b"nd": True, b"type": "|O", b"kind": kind, b"shape": [1], b"data": b"\x80"}))


class OtherMethods(unittest.TestCase):
    def test_features(self):
        image = numpy.random.default_rng(1).normal(size=(3, 256, 256)).astype(numpy.float32)
        with Client() as mesh:
            features = mesh.encode(image).array
            self.assertEqual(features.ndim, 3)
            self.assertEqual(features.dtype, numpy.float16)
            self.assertTrue(numpy.isfinite(features.astype(numpy.float32)).all())
            with self.assertRaises(MeshError) as caught:
                mesh.encode(image, features="of another encoder")
            self.assertIs(caught.exception.code, Code.FAILED_PRECONDITION)

    def test_scores(self):
        references = ["a dog runs on the grass", "a brown dog is running"]
        with Client() as mesh:
            scores = mesh.score([("a dog runs on the grass", references)] * 300)
        self.assertEqual(scores.count, 300)
        self.assertEqual(len(scores.bleu), 4)
        self.assertTrue(math.isclose(scores.bleu[3], 1, rel_tol=1e-6))

    def test_health_and_status(self):
        async def watch():
            async with AsyncClient() as mesh:
                async for status in mesh.watch_health("captionmesh.v1.Captioner"):
                    return status

        with Client() as mesh:
            self.assertEqual(mesh.health(), "SERVING")
            with self.assertRaises(MeshError) as caught:
                mesh.health("nobody.Knows")
            self.assertIs(caught.exception.code, Code.NOT_FOUND)
            self.assertTrue(mesh.status()["ready"])
        self.assertEqual(asyncio.run(watch()), "SERVING")


class Survival(unittest.TestCase):
    def test_the_dispatcher_is_killed_in_the_middle(self):
        with Client() as mesh:
            killed = mesh.status()["pid"]
            photographs = [PHOTOGRAPH] * 120
            texts = []
            for outcome in mesh.stream(photographs, window=8):
                texts.append(outcome.get().text)
                if len(texts) == 30:
                    os.kill(killed, signal.SIGKILL)
            self.assertEqual(texts, [EXPECTED] * len(photographs))
            self.assertNotEqual(mesh.status()["pid"], killed)

            # The same in the middle of single calls.
            futures = [mesh.submit(PHOTOGRAPH) for _ in range(8)]
            os.kill(mesh.status()["pid"], signal.SIGKILL)
            self.assertEqual([future.result().text for future in futures], [EXPECTED] * 8)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
