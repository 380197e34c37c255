using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Holds a process to a share of one core: by a cgroup where the system lets us make one, by the process's own pace where not.</summary>
internal sealed class CpuCage : IDisposable
{
    private const int PeriodUs = 100_000;
    private const string Root = "/sys/fs/cgroup/cpu";

    private readonly int _percent;
    private readonly string? _group;

    public CpuCage(int percent)
    {
        _percent = percent;
        var group = Path.Combine(Root, $"crux-bench-{Environment.ProcessId}-{percent}");
        try
        {
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, "cpu.cfs_period_us"), $"{PeriodUs}");
            File.WriteAllText(Path.Combine(group, "cpu.cfs_quota_us"), $"{PeriodUs * percent / 100}");
            _group = group;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            _group = null;
        }
    }

    /// <summary>How it is done, for the result.</summary>
    public string Way => _group is null ? "by its own pace, measured" : "by a cgroup";

    /// <summary>Starts the load program within the limit.</summary>
    public LabProcess Start(FulcrumHost node, string name, IReadOnlyList<string> arguments)
    {
        if (_group is null)
            return node.Host.Start(name, Programs.Load, [.. arguments, "--cpu-percent", $"{_percent}"]);
        var process = node.Host.Start(name, Programs.Load, arguments);
        File.WriteAllText(Path.Combine(_group, "cgroup.procs"), $"{process.Pid}");
        return process;
    }

    public void Dispose()
    {
        if (_group is null)
            return;
        try
        {
            Directory.Delete(_group);
        }
        catch (IOException)
        {
            // Somebody is still in it, dying; an empty group costs nothing.
        }
    }
}
