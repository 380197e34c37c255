using Crux.Daemon.Logging;
using Crux.Services.Operator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Crux.Daemon.Tests;

public sealed class LiveLevelsTests
{
    [Fact]
    public void A_level_that_an_operator_sets_acts_on_the_next_record_of_loggers_that_are_there()
    {
        using var levels = new LogLevelOverrides(TimeProvider.System);
        using var loggers = Loggers(levels, "Information");
        var flock = loggers.CreateLogger("Crux.Flock");
        var reeve = loggers.CreateLogger("Crux.Reeve");
        var kestrel = loggers.CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        Assert.False(flock.IsEnabled(LogLevel.Debug));
        Assert.True(flock.IsEnabled(LogLevel.Information));
        Assert.False(kestrel.IsEnabled(LogLevel.Information));

        levels.Set("Crux.Flock", LogLevel.Debug, LogLevelOverrides.Longest);
        Assert.True(flock.IsEnabled(LogLevel.Debug));
        Assert.False(reeve.IsEnabled(LogLevel.Debug));
        levels.Set("Crux.Flock", LogLevel.None, LogLevelOverrides.Longest);
        Assert.False(flock.IsEnabled(LogLevel.Critical));
        levels.Set("", LogLevel.Trace, LogLevelOverrides.Longest);
        Assert.True(kestrel.IsEnabled(LogLevel.Trace));
        Assert.False(flock.IsEnabled(LogLevel.Critical));

        levels.Dispose();
        Assert.False(flock.IsEnabled(LogLevel.Debug));
        Assert.True(flock.IsEnabled(LogLevel.Information));
        Assert.False(kestrel.IsEnabled(LogLevel.Information));
    }

    [Fact]
    public void A_category_that_no_logger_goes_by_is_doubted_and_one_that_any_does_is_not()
    {
        using var levels = new LogLevelOverrides(TimeProvider.System);
        Assert.Null(levels.Doubt("Crux.Flok"));
        using var loggers = Loggers(levels, "Information");
        loggers.CreateLogger("Crux.Node.Flock").IsEnabled(LogLevel.Debug);
        Assert.Contains("Crux.Node.Flock", levels.Doubt("Crux.Flok"), StringComparison.Ordinal);
        Assert.Null(levels.Doubt("Crux.Flock"));
        Assert.Null(levels.Doubt("Crux"));
        Assert.Null(levels.Doubt(""));
    }

    [Fact]
    public void Without_any_rule_the_least_level_holds()
    {
        using var levels = new LogLevelOverrides(TimeProvider.System);
        using var loggers = Loggers(levels, null);
        Assert.False(loggers.CreateLogger("Crux.Flock").IsEnabled(LogLevel.Debug));
        Assert.True(loggers.CreateLogger("Crux.Flock").IsEnabled(LogLevel.Information));
    }

    private static ILoggerFactory Loggers(LogLevelOverrides levels, string? level)
    {
        var settings = new Dictionary<string, string?> { ["LogLevel:Microsoft"] = "Warning" };
        if (level is not null)
            settings["LogLevel:Default"] = level;
        return LoggerFactory.Create(logging =>
        {
            logging.AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
            logging.AddSimpleConsole();
            logging.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(new LiveLevels(levels));
        });
    }
}
