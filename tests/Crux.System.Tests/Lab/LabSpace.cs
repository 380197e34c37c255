using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Crux.System.Tests.Lab;

/// <summary>
/// One network namespace (with mounts and a host name of its own), held by a shell that waits on a pipe from this process. When
/// this process ends, however it ends, the pipe closes, the shell kills what still runs in its namespace, and the namespace is gone:
/// nothing has a name in the file system, so nothing is left behind.
/// </summary>
internal sealed class LabSpace : IAsyncDisposable
{
    // A sysfs of the new namespace: .NET reads interface states there.
    private const string HolderScript =
        """
        mount -t sysfs sysfs /sys 2>/dev/null || :
        hostname "$1"
        ip link set lo up || exit 1
        echo ready
        read -r never
        own=$(readlink /proc/self/ns/net)
        for entry in /proc/[0-9]*; do
            pid=${entry#/proc/}
            [ "$pid" != $$ ] && [ "$(readlink "$entry/ns/net" 2>/dev/null)" = "$own" ] && kill -9 "$pid"
        done
        exit 0
        """;

    private readonly Process _holder;

    private LabSpace(Process holder, string name) => (_holder, Name) = (holder, name);

    public string Name { get; }

    public int Pid => _holder.Id;

    /// <summary>What to put before a command so that it runs in here.</summary>
    public IReadOnlyList<string> Enter => ["nsenter", "-t", Pid.ToString(CultureInfo.InvariantCulture), "-n", "-m", "-u", "--"];

    public static async Task<LabSpace> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo("unshare") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-n", "-m", "-u", "sh", "-c", HolderScript, "sh", name])
            info.ArgumentList.Add(argument);
        Process holder;
        try
        {
            holder = Process.Start(info)!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("'unshare' is missing: apt-get install util-linux");
        }
        var space = new LabSpace(holder, name);
        if (await holder.StandardOutput.ReadLineAsync(cancellationToken) == "ready")
            return space;
        var problem = (await holder.StandardError.ReadToEndAsync(cancellationToken)).Trim();
        await space.DisposeAsync();
        throw new InvalidOperationException(Remedy(problem));
    }

    /// <summary>Runs <c>ip -batch</c> in here.</summary>
    public async Task IpAsync(IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(Enter[0]) { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. Enter.Skip(1), "ip", "-batch", "-"])
            info.ArgumentList.Add(argument);
        using var ip = Process.Start(info)!;
        await ip.StandardInput.WriteAsync(string.Join('\n', lines) + "\n");
        ip.StandardInput.Close();
        var problem = await ip.StandardError.ReadToEndAsync(cancellationToken);
        await ip.WaitForExitAsync(cancellationToken);
        if (ip.ExitCode != 0)
            throw new InvalidOperationException($"ip failed in {Name}: {problem.Trim()}");
    }

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync(CancellationToken.None);
        _holder.Dispose();
    }

    private static string Remedy(string problem) =>
        problem.Contains("ip: not found", StringComparison.Ordinal)
            ? "The system tests need 'ip': apt-get install iproute2"
            : $"No network namespace could be made ({problem}). Run the tests as root, or by ./test, or within: unshare -Urn";
}
