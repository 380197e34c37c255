using Crux.Machines.Flock;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

/// <summary>The blobs of a block beside an array that goes through the same.</summary>
public sealed class SlotBlobsTests
{
    private const int Steps = 3_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_is_set_and_removed_each_slot_shows_its_own_blob(ulong seed)
    {
        var random = new SeededRandom(seed);
        NodeBlob[] some = [.. Enumerable.Range(1, 5).Select(Blob)];
        var blobs = new SlotBlobs();
        var model = new NodeBlob?[BlockId.Slots];
        for (var step = 0; step < Steps; step++)
        {
            var slot = random.Next(BlockId.Slots);
            // Fills up in the first half, so that it grows to all 256; then it empties.
            if (random.Next(8) != 0 == step < Steps / 2)
            {
                model[slot] = some[random.Next(some.Length)];
                blobs.Set(slot, model[slot]!);
            }
            else
            {
                model[slot] = null;
                blobs.Remove(slot);
            }
            Same(model, blobs);
        }
    }

    private static void Same(NodeBlob?[] model, SlotBlobs blobs)
    {
        for (var slot = 0; slot < BlockId.Slots; slot++)
        {
            if (!ReferenceEquals(model[slot], blobs[slot]))
                Assert.Fail($"Slot {slot} shows another's blob.");
        }
    }

    private static NodeBlob Blob(int number)
    {
        var signer = HashSigner.For((ulong)number);
        return NodeBlob.Sign(new FlockSelf { Name = $"node{number}", Address = NetAddress.V4((uint)number, 23123), PublicKey = signer.PublicKey, BootSecret = new byte[32] }, signer, 1);
    }
}
