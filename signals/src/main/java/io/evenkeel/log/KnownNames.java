package io.evenkeel.log;

import io.evenkeel.metric.SeriesNames;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What columns and tags are called. Names are compared in lower case with one `_` for every run of other characters,
/// so `train/loss`, `Train Loss` and `train-loss` are one name. Of several names for a series the earlier wins.
final class KnownNames {
    /// Names by series, best first.
    private static final Map<String, List<String>> NAMES = Map.ofEntries(
            names(
                    SeriesNames.LOSS,
                    "loss train_loss training_loss loss_train train_loss_step loss_step lm_loss train_lm_loss"
                            + " train_nll nll nll_loss train_nll_loss train_total_loss total_loss losses_train_loss"
                            + " loss_metrics_global_avg_loss global_avg_loss train_crossentropyloss train_ce_loss"
                            + " train_batch_loss batch_loss avg_loss mean_loss train_loss_epoch loss_epoch"
                            + " train_loss_loss running_loss trl"),
            names(
                    SeriesNames.CROSS_ENTROPY,
                    "loss_cross_entropy cross_entropy crossentropyloss train_cross_entropy cross_entropy_loss"
                            + " ce_loss ce"),
            names(SeriesNames.Z_LOSS, "loss_z z_loss train_z_loss train_zloss zloss"),
            names(
                    SeriesNames.VAL_LOSS,
                    "val_loss valid_loss validation_loss eval_loss test_loss dev_loss loss_val loss_valid"
                            + " loss_validation loss_eval loss_test val_loss_epoch val_loss_step val_nll eval_nll"
                            + " valid_nll_loss val_lm_loss lm_loss_validation lm_loss_validation_lm_loss_validation"
                            + " eval_lm_loss heldout_loss holdout_loss validation_lm_loss tel"),
            names(
                    SeriesNames.VAL_ACCURACY,
                    "val_accuracy val_acc valid_accuracy valid_acc validation_accuracy eval_accuracy eval_acc"
                            + " test_accuracy test_acc"),
            names(
                    SeriesNames.LR,
                    "lr learning_rate train_learning_rate train_lr optim_lr optim_learning_rate_group0"
                            + " learning_rate_learning_rate lr_group0 lr_group_0 lr_pg1 lr_0 lr_abs current_lr"),
            names(
                    SeriesNames.GRAD_NORM,
                    "grad_norm gradient_norm train_grad_norm train_gradient_norm gnorm global_grad_norm"
                            + " global_gradient_norm total_grad_norm optim_total_grad_norm optim_grad_norm"
                            + " optim_total_grad_norm_l2 train_gnorm grad_norm_total grad_norm_global grad_norm_grad_norm"
                            + " gradient_norm_global grad_2_0_norm_total"),
            names(SeriesNames.UPDATE_NORM, "update_norm total_update_norm"),
            names(SeriesNames.UPDATE_RATIO, "update_ratio"),
            names(SeriesNames.PARAM_NORM, "param_norm params_norm parameter_norm weight_norm total_param_norm"),
            names(SeriesNames.GRAD_NONFINITE, "grad_nonfinite nonfinite_grads grad_nan_count num_nan_grads"),
            names(
                    SeriesNames.MAX_ATTENTION_LOGIT,
                    "attention_max_logit max_attention_logit max_attn_logit max_attention_logits max_attn_logits"),
            names(SeriesNames.MIN_ATTENTION_ENTROPY, "attention_min_entropy min_attention_entropy min_attn_entropy"),
            names(SeriesNames.LOG_Z, "logits_log_z log_z logz mean_log_z"),
            names(SeriesNames.LOSS_SCALE, "loss_scale lossscale train_loss_scale loss_scale_loss_scale scaler_scale"),
            names(
                    SeriesNames.TOKENS_PER_SECOND,
                    "throughput_tokens_per_second tokens_per_second tokens_per_sec tokens_sec tok_sec tok_s tps wps"
                            + " throughput_tps throughput_device_tokens_per_second tokens_s train_tokens_per_second"
                            + " throughput_total_tokens_per_second"),
            names(
                    SeriesNames.TOKENS,
                    "tokens tokens_seen consumed_tokens consumed_train_tokens num_tokens total_tokens train_tokens"
                            + " throughput_total_tokens num_input_tokens_seen n_tokens_seen tokens_total"),
            names(
                    SeriesNames.STEP_MILLIS,
                    "time_step_ms step_ms step_time_ms iter_ms iter_time_ms elapsed_time_per_iteration_ms"
                            + " iteration_time_ms time_per_step_ms dt_ms ms_per_step"));

    private static final List<String> STEPS = List.of(
            "step",
            "global_step",
            "iteration",
            "iter",
            "iterations",
            "train_global_step",
            "trainer_global_step",
            "train_step",
            "training_step",
            "train_iteration",
            "optimizer_step",
            "optim_step",
            "num_updates",
            "update",
            "updates",
            "n_iter",
            "steps",
            "it",
            "batch",
            "batch_idx",
            "index",
            "epoch");

    private static final Set<String> TIMES = Set.of(
            "time",
            "timestamp",
            "wall_time",
            "walltime",
            "unix_time",
            "date",
            "datetime",
            "created_at",
            "ts",
            "time_s");

    /// Columns that tell runs apart.
    private static final Set<String> RUNS = Set.of(
            "run",
            "run_id",
            "runid",
            "run_name",
            "run_uuid",
            "trial",
            "trial_id",
            "experiment",
            "experiment_id",
            "experiment_name",
            "exp",
            "exp_id",
            "case",
            "job",
            "job_id",
            "seed",
            "group",
            "file",
            "config",
            "workload");

    /// Tables with a row a value.
    private static final Set<String> SERIES_COLUMNS = Set.of("metric", "series", "tag", "key", "metric_name");
    private static final Set<String> VALUE_COLUMNS = Set.of("value", "metric_value");

    private static final Map<String, Known> BY_NAME = index();

    private KnownNames() {}

    /// A series and how good a name is for it, 0 the best.
    record Known(String series, int rank) {}

    private static Map.Entry<String, List<String>> names(String series, String names) {
        return Map.entry(series, List.of(names.split(" ")));
    }

    private static Map<String, Known> index() {
        var index = new HashMap<String, Known>();
        NAMES.forEach((series, names) -> {
            for (var i = 0; i < names.size(); i++) {
                index.put(names.get(i), new Known(series, i));
            }
        });
        return index;
    }

    /// The form in which names are compared.
    static String plain(String name) {
        var plain = new StringBuilder(name.length());
        var gap = false;
        var lower = name.toLowerCase(Locale.ROOT);
        for (var i = 0; i < lower.length(); i++) {
            var c = lower.charAt(i);
            if (Character.isLetterOrDigit(c)) {
                if (gap && !plain.isEmpty()) {
                    plain.append('_');
                }
                gap = false;
                plain.append(c);
            } else {
                gap = true;
            }
        }
        return plain.toString();
    }

    /// The series that is usually called so; null when unknown.
    static @Nullable Known series(String name) {
        var plain = plain(name);
        var known = BY_NAME.get(plain);
        // Lightning's monitor calls it lr-AdamW, lr-AdamW/pg1.
        return known == null && plain.startsWith("lr_") && !plain.contains("norm")
                ? new Known(SeriesNames.LR, 100)
                : known;
    }

    /// How good a name is for the column that counts steps, 0 the best; -1 when it is none.
    static int stepRank(String name) {
        return STEPS.indexOf(plain(name));
    }

    static boolean isTime(String name) {
        return TIMES.contains(plain(name));
    }

    static boolean isRun(String name) {
        return RUNS.contains(plain(name));
    }

    static boolean isSeriesColumn(String name) {
        return SERIES_COLUMNS.contains(plain(name));
    }

    static boolean isValueColumn(String name) {
        return VALUE_COLUMNS.contains(plain(name));
    }

    /// Whether a table with this column could be a training log.
    static boolean isKnown(String name) {
        return stepRank(name) >= 0 || series(name) != null || looksLikeLoss(name);
    }

    /// Whether a name that is not known says that it is a loss.
    static boolean looksLikeLoss(String name) {
        var words = words(name);
        return words.contains("loss") && !words.contains("scale") && !words.contains("aux");
    }

    /// Whether a name is about held-out data.
    static boolean isHeldOut(String name) {
        var words = words(name);
        return words.contains("val")
                || words.contains("valid")
                || words.contains("validation")
                || words.contains("eval")
                || words.contains("test")
                || words.contains("dev");
    }

    private static List<String> words(String name) {
        return List.of(plain(name).split("_"));
    }
}
