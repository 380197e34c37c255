using Crux.Services.Operator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Crux.Daemon.Logging;

/// <summary>One line for each record: with the journal's priorities under systemd, with a time stamp elsewhere.</summary>
internal static class ConsoleLogs
{
    private const string TimestampFormat = "HH:mm:ss.fff ";

    /// <summary>Logging as section <c>Logging</c> says, with live levels above.</summary>
    public static ILoggerFactory Create(IConfiguration configuration, LogLevelOverrides levels) => LoggerFactory.Create(logging =>
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        if (SystemdHelpers.IsSystemdService())
            logging.AddSystemdConsole();
        else
            logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, TimestampFormat, LoggerColorBehavior.Default));
        logging.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(new LiveLevels(levels));
    });
}
