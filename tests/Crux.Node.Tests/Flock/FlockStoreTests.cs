using Crux.Machines.Flock.Durable;
using Crux.Node.Flock;

namespace Crux.Node.Tests.Flock;

public sealed class FlockStoreTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();

    private string VotePath => _directory["state/flock/lab/alpha/vote"];

    [Fact]
    public void What_was_written_is_there_after_the_next_start()
    {
        var store = Open();
        Assert.Null(store.Memory.Of(DurableKind.Vote));
        store.Write(DurableKind.Vote, [1, 2, 3]);
        store.Write(DurableKind.Vote, [4, 5]);
        store.Write(DurableKind.Keys, []);
        var memory = Open().Memory;
        Assert.Equal([4, 5], memory.Of(DurableKind.Vote)!.Value.ToArray());
        Assert.Empty(memory.Of(DurableKind.Keys)!.Value.ToArray());
        Assert.Null(memory.Of(DurableKind.Birth));
    }

    [Fact]
    public void The_files_are_for_their_owner_alone_and_nothing_lies_beside_them()
    {
        Open().Write(DurableKind.Vote, [1]);
        Assert.Equal([VotePath], Directory.GetFiles(Path.GetDirectoryName(VotePath)!));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(VotePath));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(VotePath)!));
    }

    [Fact]
    public void A_write_that_a_power_cut_ended_leaves_the_state_before_it()
    {
        Open().Write(DurableKind.Vote, [1]);
        File.WriteAllText(VotePath + ".abc.tmp", "half of");
        Assert.Equal([1], Open().Memory.Of(DurableKind.Vote)!.Value.ToArray());
        Assert.Equal([VotePath], Directory.GetFiles(Path.GetDirectoryName(VotePath)!));
    }

    [Fact]
    public void Each_flock_has_a_memory_of_its_own()
    {
        Open().Write(DurableKind.Vote, [1]);
        Assert.Null(FlockStore.Open(_directory["state"], new BlocId("lab"), "beta").Memory.Of(DurableKind.Vote));
        Assert.Null(FlockStore.Open(_directory["state"], new BlocId("field"), "alpha").Memory.Of(DurableKind.Vote));
    }

    [Fact]
    public void Every_damage_is_found_and_the_node_is_told_what_to_do()
    {
        Open().Write(DurableKind.Vote, [1, 2, 3]);
        var whole = File.ReadAllBytes(VotePath);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(VotePath, damaged);
            Assert.Contains("vote", Assert.Throws<NodeStartException>(Open).Message, StringComparison.Ordinal);
        }
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(VotePath, whole[..length]);
            Assert.Contains("Restore it from a backup", Assert.Throws<NodeStartException>(Open).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_kind_has_a_file_of_its_own_and_a_cure()
    {
        var kinds = Enum.GetValues<DurableKind>();
        var store = Open();
        foreach (var kind in kinds)
            store.Write(kind, [(byte)kind]);
        Assert.Equal(kinds.Length, kinds.Select(store.PathOf).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(kinds.Length, kinds.Select(FlockStore.Cure).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(kinds.Select(store.PathOf).Order(StringComparer.Ordinal), Directory.GetFiles(Path.GetDirectoryName(VotePath)!).Order(StringComparer.Ordinal));
        var memory = Open().Memory;
        Assert.All(kinds, kind => Assert.Equal([(byte)kind], memory.Of(kind)!.Value.ToArray()));
    }

    [Fact]
    public void A_file_of_another_kind_is_no_vote()
    {
        Open().Write(DurableKind.Keys, [1]);
        File.Move(_directory["state/flock/lab/alpha/keys"], VotePath);
        Assert.Throws<NodeStartException>(Open);
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        Open().Write(DurableKind.Keys, [1]);
        File.SetUnixFileMode(_directory["state/flock/lab/alpha/keys"], OwnerOnly | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<NodeStartException>(Open).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private FlockStore Open() => FlockStore.Open(_directory["state"], new BlocId("lab"), "alpha");
}
