using Crux.Node.Security;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Node.Tests.Security;

public sealed class LocalNamesTests : IDisposable
{
    // Nobody who runs tests: root and the test's own user may be anything.
    private const uint Stranger = 64_321;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_user_may_be_what_its_lines_say_and_nothing_else()
    {
        var names = Open($"# who runs what\n{Stranger} galumph2 web\n{Stranger} burble1_1 # one instance\n* probe\n");

        foreach (var name in (string[])["galumph2", "galumph2_3", "web", "burble1_1", "probe"])
            Assert.Null(names.FindProblem(Stranger, NoCgroup, name));
        foreach (var name in (string[])["burble1_2", "burble1", "galumph", "weber"])
            Assert.Contains($"User {Stranger} may not be '{name}'", names.FindProblem(Stranger, NoCgroup, name), StringComparison.Ordinal);
        Assert.NotNull(names.FindProblem(Stranger + 1, NoCgroup, "web"));
        Assert.Null(names.FindProblem(Stranger + 1, NoCgroup, "probe"));
        Assert.Null(names.FindProblem(0, NoCgroup, "anything"));
    }

    [Fact]
    public void A_changed_map_counts_at_once_and_a_broken_one_gives_nobody_a_name()
    {
        var names = Open($"{Stranger} web\n");
        Assert.Null(names.FindProblem(Stranger, NoCgroup, "web"));

        Write($"{Stranger} other\n", 1);
        Assert.NotNull(names.FindProblem(Stranger, NoCgroup, "web"));
        Write($"{Stranger}\n", 2);
        Assert.Contains("can't be used", names.FindProblem(Stranger, NoCgroup, "other"), StringComparison.Ordinal);
        Write($"{Stranger} web\n", 3);
        Assert.Null(names.FindProblem(Stranger, NoCgroup, "web"));
    }

    [Fact]
    public void A_cgroup_may_be_what_its_lines_and_those_of_the_ones_around_it_say()
    {
        var names = Open($"/system.slice/web.service web galumph2\n/system.slice probe # all of them\n{Stranger} own\n", "0::/");

        foreach (var cgroup in (string[])["/system.slice/web.service", "/system.slice/web.service/worker/3"])
        {
            foreach (var name in (string[])["web", "galumph2_3", "probe", "own"])
                Assert.Null(names.FindProblem(Stranger, () => (cgroup, ""), name));
        }
        foreach (var cgroup in (string[])["/system.slice/web.service2", "/system.slice/web", "/system.slice", "/user.slice/system.slice/web.service", "/"])
        {
            Assert.Contains(
                $"Neither user {Stranger} nor cgroup {cgroup} may be 'web'", names.FindProblem(Stranger, () => (cgroup, ""), "web"), StringComparison.Ordinal);
        }
        Assert.NotNull(names.FindProblem(Stranger, () => ("/systems", ""), "probe"));
        Assert.Contains("because it has ended", names.FindProblem(Stranger, () => (null, "it has ended"), "web"), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_user_decides_or_no_cgroup_is_mapped_nobody_asks_for_one()
    {
        var names = Open($"/system.slice web\n{Stranger} own\n", "0::/");
        Assert.Null(names.FindProblem(Stranger, () => throw new InvalidOperationException("asked"), "own"));
        Assert.NotNull(Open($"{Stranger} own\n").FindProblem(Stranger, () => throw new InvalidOperationException("asked"), "web"));
    }

    [Fact]
    public void A_map_of_cgroups_stops_the_start_of_a_machine_that_has_version_1_alone_and_one_of_users_does_not()
    {
        var refused = Assert.Throws<NodeStartException>(() => Open("# services\n1000 own\n/system.slice/web.service web\n", "1:name=systemd:/system.slice/crux.service"));
        Assert.Contains("Line 3 names a cgroup, and this machine has cgroups of version 1 alone", refused.Message, StringComparison.Ordinal);

        Assert.NotNull(Open("1000 own\n", "1:name=systemd:/system.slice/crux.service"));
        // Both, as under systemd for some years: version 2 is where services are.
        Assert.NotNull(Open("/system.slice/web.service web\n", "1:name=systemd:/\n0::/system.slice/crux.service"));
    }

    [Theory]
    [InlineData("/ web\n", "Line 1: every process is in the cgroup '/'")]
    [InlineData("\n/system.slice/web.service/ web\n", "Line 2: '/system.slice/web.service/' is no path of a cgroup")]
    [InlineData("/system.slice/../web web\n", "is no path of a cgroup")]
    [InlineData("//web web\n", "is no path of a cgroup")]
    [InlineData("/system.slice/web.service\n", "Line 1: after the user or cgroup")]
    [InlineData("nosuchuserhere web\n", "there is no user 'nosuchuserhere'")]
    [InlineData("1000 we%b\n", "Line 1")]
    [InlineData("1000\n", "Line 1")]
    public void A_map_that_makes_no_sense_stops_the_start(string text, string words) =>
        Assert.Contains(words, Assert.Throws<NodeStartException>(() => Open(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_map_that_others_can_change_stops_the_start()
    {
        Write("1000 web\n", 0);
        File.SetUnixFileMode(_directory["map"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        Assert.Contains("chmod 644", Assert.Throws<NodeStartException>(() => LocalNames.Open(_directory["map"])).Message, StringComparison.Ordinal);
        Assert.Contains("not there", Assert.Throws<NodeStartException>(() => LocalNames.Open(_directory["none"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_asks_a_node_for_a_name_of_crux_gets_neither_identity_nor_registration()
    {
        await using var flock = new LoopbackFlock();
        Write("* web\n", 0);
        var options = flock.Options(1);
        options.Identities = _directory["map"];
        var node = flock.Node(options);
        await node.StartAsync(TestContext.Current.CancellationToken);
        var channel = flock.Channel(node);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Reeve.ReeveClient(channel).EnrollAsync(
            new EnrollRequest { Service = "crux.reeve", PublicKey = ByteString.CopyFrom(Key()) }, cancellationToken: TestContext.Current.CancellationToken));
        using var beat = new Heartbeater.HeartbeaterClient(channel).Beat(cancellationToken: TestContext.Current.CancellationToken);
        await beat.RequestStream.WriteAsync(new BeatRequest { Points = { new Point { InstanceId = "a", Instance = "crux.steward_1", Address = "127.0.0.1:9", KeyHash = ByteString.CopyFrom(new byte[32]) } } }, TestContext.Current.CancellationToken);
        Assert.True(await beat.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Contains("Crux's own", Assert.Single(beat.ResponseStream.Current.Refused), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static byte[] Key()
    {
        using var key = global::System.Security.Cryptography.ECDsa.Create(global::System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfo();
    }

    private static (string? Path, string Problem) NoCgroup() => (null, "none is known here");

    private LocalNames Open(string text, string ownCgroups = "0::/")
    {
        Write(text, 0);
        Directory.CreateDirectory(_directory["proc/self"]);
        File.WriteAllText(_directory["proc/self/cgroup"], ownCgroups + "\n");
        return LocalNames.Open(_directory["map"], _directory["proc"])!;
    }

    // Each write a second later than the one before, whatever the file system's clock says.
    private void Write(string text, int turn)
    {
        File.WriteAllText(_directory["map"], text);
        File.SetUnixFileMode(_directory["map"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(_directory["map"], DateTime.UnixEpoch.AddDays(20_000).AddSeconds(turn));
    }
}
