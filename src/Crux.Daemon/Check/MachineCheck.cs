using System.Globalization;

namespace Crux.Daemon.Check;

/// <summary>What the machine itself offers: a steady clock, room for sockets, enough file descriptors.</summary>
internal static class MachineCheck
{
    /// <summary>One for each connection of a large flock's reeves, and room for local services.</summary>
    public const int EnoughFileDescriptors = 4096;

    /// <summary>What the flock asks for its UDP socket.</summary>
    public const int EnoughReceiveBytes = Crux.Node.Confab.UdpConfab.ReceiveBufferBytes;

    private const string ClockPath = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    private const string ReceivePath = "/proc/sys/net/core/rmem_max";
    private const string InotifyPath = "/proc/sys/fs/inotify/max_user_instances";
    private const string LimitsPath = "/proc/self/limits";
    private const string DescriptorLine = "Max open files";

    // ASP.NET's ordinary start takes one for each process; a service per core comes near the default of 128 soon.
    private const int EnoughInotify = 128;

    private static readonly string[] SlowClocks = ["hpet", "acpi_pm", "jiffies", "pit", "refined-jiffies"];

    public static IEnumerable<Finding> Look() => [Clock(), Descriptors(), Receive(), Inotify()];

    private static Finding Clock()
    {
        if (!File.Exists(ClockPath))
            return Finding.Warn("clock", $"{ClockPath} can't be read: what the clock is made of is unknown.");
        var source = File.ReadAllText(ClockPath).Trim();
        return SlowClocks.Contains(source)
            ? Finding.Warn("clock", $"The clock source is {source}: reading it is slow. See /sys/devices/system/clocksource/clocksource0/available_clocksource for a better one.")
            : Finding.Ok("clock", $"The clock source is {source}.");
    }

    private static Finding Descriptors()
    {
        // "Max open files            1024                 524288               files"
        var line = File.Exists(LimitsPath) ? File.ReadLines(LimitsPath).FirstOrDefault(line => line.StartsWith(DescriptorLine, StringComparison.Ordinal)) : null;
        var words = line?[DescriptorLine.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        // The runtime raises the soft limit to the hard one at its start.
        if (words.Length < 2 || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            return Finding.Ok("descriptors", "This process may open as many files as it likes.");
        return limit >= EnoughFileDescriptors
            ? Finding.Ok("descriptors", $"This process may open {limit} files.")
            : Finding.Warn("descriptors", $"This process may open {limit} files only, and a steward of a large flock needs one for each node: set LimitNOFILE={EnoughFileDescriptors} or more.");
    }

    private static Finding Receive() => ReadNumber(ReceivePath) switch
    {
        { } bytes when bytes < EnoughReceiveBytes => Finding.Warn(
            "udp buffer",
            $"The kernel gives a socket {bytes} bytes of buffer, and the flock asks for {EnoughReceiveBytes}: bursts may be lost. Run 'sysctl -w net.core.rmem_max={EnoughReceiveBytes}'."),
        { } bytes => Finding.Ok("udp buffer", $"The kernel gives a socket up to {bytes} bytes of buffer."),
        null => Finding.Warn("udp buffer", $"{ReceivePath} can't be read: how much a socket may buffer is unknown."),
    };

    private static Finding Inotify() => ReadNumber(InotifyPath) switch
    {
        { } instances when instances < EnoughInotify => Finding.Warn(
            "inotify",
            $"A user may have {instances} file watches, and each ASP.NET service takes one: run 'sysctl -w fs.inotify.max_user_instances=1024', or set DOTNET_hostBuilder__reloadConfigOnChange=false for services."),
        { } instances => Finding.Ok("inotify", $"A user may have {instances} file watches; fulcrum takes none."),
        null => Finding.Warn("inotify", $"{InotifyPath} can't be read: how many file watches services may have is unknown."),
    };

    private static long? ReadNumber(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
