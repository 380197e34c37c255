using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Keys;

public sealed class GenerationTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerHour);

    [Fact]
    public void Another_key_under_a_generations_name_is_found_out()
    {
        var minted = Generation.Mint(Now, 7, 3, 1, Secret(1));
        Assert.NotNull(Generation.TryTake(minted.Id, Secret(1)));
        Assert.Null(Generation.TryTake(minted.Id, Secret(2)));
        Assert.Null(Generation.TryTake(minted.Id with { Number = 2 }, Secret(1)));
        Assert.Null(Generation.TryTake(minted.Id with { Lineage = 8 }, Secret(1)));
        Assert.Null(Generation.TryTake(default, Secret(1)));
        Assert.Null(Generation.TryTake(minted.Id, new byte[32]));
    }

    [Fact]
    public void Each_epoch_and_each_boot_has_a_key_of_its_own()
    {
        var minted = Generation.Mint(Now, 7, 3, 1, Secret(1));
        var tags = new HashSet<string>();
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            for (var salt = 1ul; salt <= 5; salt++)
            {
                using var cipher = minted.CipherFor(Now, epoch, salt, new AesFrameCipherSource());
                var (text, tag) = (new byte[4], new byte[16]);
                cipher.Seal(new byte[12], [], text, tag);
                Assert.True(tags.Add(Convert.ToHexString(text) + Convert.ToHexString(tag)));
            }
        }
    }

    [Fact]
    public void The_ring_is_bounded_and_keeps_what_it_seals_with()
    {
        var ring = new Keyring();
        var active = Generation.Mint(Now, 7, 3, 0, Secret(0));
        ring.Add(Now, active);
        ring.Activate(Now, active);
        for (byte i = 1; i < 50; i++)
            ring.Add(Now + TimeSpan.FromSeconds(i), Generation.Mint(Now, 7, 3, i, Secret(i)));
        Assert.Equal(Keyring.MaxHeld, ring.Count);
        Assert.Same(active, ring.Find(active.Id));
    }

    [Fact]
    public void What_is_sealed_with_no_more_is_forgotten_after_a_transient_keys_life()
    {
        var ring = new Keyring();
        var (old, young) = (Generation.Mint(Now, 7, 3, 1, Secret(1)), Generation.Mint(Now, 7, 3, 2, Secret(2)));
        ring.Add(Now, old);
        ring.Activate(Now, old);
        ring.Add(Now, young);
        ring.Tick(Now, old.Id, young.Id);
        ring.Activate(Now, young);
        Assert.False(ring.Tick(Now + Keyring.Farewell - TimeSpan.FromTicks(1), young.Id, default));
        Assert.NotNull(ring.Find(old.Id));
        Assert.True(ring.Tick(Now + Keyring.Farewell, young.Id, default));
        Assert.Null(ring.Find(old.Id));
        Assert.Equal(new byte[Generation.SecretBytes], old.Secret.ToArray());
    }

    [Fact]
    public void A_join_key_of_zeros_is_none()
    {
        Assert.True(Generation.Mint(Now, 7, 3, 1, [.. Secret(1)[..32], .. new byte[32]]).JoinKey.IsEmpty);
        Assert.Equal(32, Generation.Mint(Now, 7, 3, 1, Secret(1)).JoinKey.Length);
    }

    private static byte[] Secret(byte of) => [.. Enumerable.Repeat((byte)(of + 1), Generation.SecretBytes)];
}
