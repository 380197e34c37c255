using System.Net.Sockets;
using Crux.Node.Security;
using Crux.Node.Tests.Flock;

namespace Crux.Node.Tests.Security;

public sealed class PeerProcessTests : IDisposable
{
    private static readonly string[] Hierarchies = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_process_is_known_by_the_cgroup_that_it_is_in_and_once_it_has_ended_by_none()
    {
        await using var peer = await ConnectAsync();
        var process = PeerProcess.Of(peer.Accepted);
        Assert.Equal(peer.Process.Id, process.Pid);

        // Root of a machine with version 2 can make one of its own; others, and machines without, look at the one that there is.
        var made = TryMakeCgroup();
        try
        {
            if (made is not null)
                File.WriteAllText(Path.Combine(made, "cgroup.procs"), $"{peer.Process.Id}");
            var expected = made is null ? ProcessCgroup.Find($"/proc/{peer.Process.Id}/cgroup") : ($"/{Path.GetFileName(made)}", "");
            TestContext.Current.TestOutputHelper?.WriteLine($"{expected}, by {(process.HasHandle ? "handle" : "start")}");

            Assert.Equal(expected, process.FindCgroup());
            // As on a kernel that is older.
            Assert.Equal(expected, PeerProcess.Of(peer.Accepted, "/proc", hasHandle: false).FindCgroup());
        }
        finally
        {
            await peer.Process.EndAsync();
            if (made is not null)
                Directory.Delete(made);
        }
        Assert.Equal((null, "the process that opened the connection has ended"), process.FindCgroup());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_process_that_was_given_its_number_is_not_taken_for_it(bool hasHandle)
    {
        await using var peer = await ConnectAsync();
        var proc = _directory["proc"];
        Show(peer.Process.Id, startedAt: 100, "/system.slice/web.service");
        var process = PeerProcess.Of(peer.Accepted, proc, hasHandle);
        Assert.Equal(("/system.slice/web.service", ""), process.FindCgroup());

        await peer.Process.EndAsync();
        Show(peer.Process.Id, startedAt: 101, "/system.slice/web.service");

        Assert.Equal((null, "the process that opened the connection has ended"), process.FindCgroup());
    }

    [Theory]
    [InlineData("0::/../../system.slice/web.service", "outside of the cgroup namespace")]
    [InlineData("0::/system.slice/web.service (deleted)", "was removed")]
    [InlineData("1:name=systemd:/system.slice/web.service", "version 1 alone")]
    public void A_cgroup_that_can_not_be_told_for_sure_is_none(string line, string why)
    {
        File.WriteAllText(_directory["cgroup"], $"4:memory:/x\n{line}\n");

        var (path, problem) = ProcessCgroup.Find(_directory["cgroup"]);

        Assert.Null(path);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private void Show(int pid, int startedAt, string cgroup)
    {
        Directory.CreateDirectory(_directory[$"proc/{pid}"]);
        // The name holds what a reader may stumble over.
        File.WriteAllText(_directory[$"proc/{pid}/stat"], $"{pid} (a) 1 (b) S {string.Join(' ', Enumerable.Range(4, 18))} {startedAt} 0 0\n");
        File.WriteAllText(_directory[$"proc/{pid}/cgroup"], $"0::{cgroup}\n");
    }

    private static string? TryMakeCgroup()
    {
        foreach (var root in Hierarchies.Where(root => File.Exists(Path.Combine(root, "cgroup.procs")) && File.Exists(Path.Combine(root, "cgroup.controllers"))))
        {
            try
            {
                return Directory.CreateDirectory(Path.Combine(root, $"crux-test-{Environment.ProcessId}")).FullName;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Not root, or shown to be looked at alone.
            }
        }
        return null;
    }

    private async Task<Peer> ConnectAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_directory["sock"]));
        listener.Listen();
        var process = new HostedProcess(null, [HostProcess.Verb, "connect", _directory["sock"]]);
        var accepted = await listener.AcceptAsync(cancel);
        await process.UntilAsync(line => line == "READY", cancel);
        return new Peer(process, accepted);
    }

    private sealed record Peer(HostedProcess Process, Socket Accepted) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Accepted.Dispose();
            await Process.DisposeAsync();
        }
    }
}
